/** One axis of a chart: the positions of values between 0 and 1, and the labeled values. */
export type Axis = {
  at: (value: number) => number;
  ticks: { value: number; label: string }[];
};

type Bounds = { from?: number | undefined; to?: number | undefined };

/** A linear axis over the values, with round labels. */
export function linearAxis(values: readonly number[], { from, to }: Bounds): Axis {
  const low = from ?? least(values);
  const high = Math.max(to ?? most(values), low + Number.EPSILON);
  const step = roundStep((high - low) / 4);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  // Without a fixed bound, ends at the next round value, so that the last label ends the axis.
  const end = to ?? Math.ceil(high / step - 1e-9) * step;
  const count = to === undefined ? Math.round(end / step) - first + 1 : last - first + 1;
  return {
    at: (value) => (value - low) / (end - low),
    ticks: Array.from({ length: count }, (_, index) => {
      const value = (first + index) * step;
      return { value, label: tickLabel(value, step) };
    }),
  };
}

/** An axis of powers of two. */
export function logarithmicAxis(values: readonly number[]): Axis {
  const low = Math.floor(Math.log2(least(values)));
  const high = Math.max(low + 1, Math.ceil(Math.log2(most(values))));
  const every = Math.ceil((high - low) / 5);
  return {
    at: (value) => (Math.log2(value) - low) / (high - low),
    ticks: Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, index) => {
      const value = 2 ** (low + index * every);
      return { value, label: tickLabel(value, 1) };
    }),
  };
}

/** The next of 1, 2, 5, 10, 20, 25, 50, 100 and so on. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  // 2.5 would need a decimal, except in 25, 250 and so on.
  const factors = power >= 10 ? [1, 2, 2.5, 5] : [1, 2, 5];
  return power * (factors.find((factor) => factor * power >= step * 0.999) ?? 10);
}

function tickLabel(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

const least = (values: readonly number[]): number =>
  values.reduce((low, value) => Math.min(low, value), Infinity);
const most = (values: readonly number[]): number =>
  values.reduce((high, value) => Math.max(high, value), -Infinity);
