import {
  type Characteristic,
  cumulative,
  ofConstant,
  ofSlices,
  PLACES,
  power,
  times,
  withProbability,
} from './characteristic-function.ts';
import { meanOfSlices, type RunSlices, SLICE_SHARES, varianceOfSlices } from './run-slices.ts';

/** Runs of one step. `mean` and `variance` describe the number of its calls. */
export type StepRuns = {
  slices: RunSlices;
  route: string;
  probability: number;
  times: number;
  retries: number;
  retryProbability: number;
  mean: number;
  variance: number;
};

export type SumDistribution = {
  /** The amount that the sum does not exceed with a given probability. */
  quantile: (probability: number) => number;
  shareUpTo: (amount: number) => number;
};

/**
 * Correlation between two runs of one route. It covers errors they share because the route's
 * traffic has changed. Measured against trailing outputs: 0.00 to 0.03 on four of five public
 * traces (docs/decisions/0027).
 */
export const SHARED_CORRELATION = 0.05;

/** The window, in standard deviations below and above the mean. */
const BELOW = 5;
const ABOVE = 13;

/**
 * Distribution of the sum of all runs. A run's distance from its mean has an independent part and
 * one shared by all runs of its route. Independent parts multiply as characteristic functions:
 * retries are a polynomial, fan-out is a power, an optional step is a mixture. One inversion gives
 * the sum.
 */
export function sumOfRuns(steps: readonly StepRuns[]): SumDistribution {
  const routes = Map.groupBy(steps, ({ route }) => route);
  const parts = [...routes.values()].map((ofRoute) => {
    // A single run shares nothing, so it keeps its own distribution.
    const most = ofRoute.reduce((sum, step) => sum + step.times * (1 + step.retries), 0);
    return partsOf(ofRoute, most > 1 ? SHARED_CORRELATION : 0);
  });
  const mean = steps.reduce((sum, step) => sum + step.mean * meanOfSlices(step.slices), 0);
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  const deviation = Math.sqrt(variance);
  if (!(deviation > mean * 1e-9)) return certainly(mean);

  const width = (BELOW + ABOVE) * deviation;
  const start = Math.max(-deviation, mean - BELOW * deviation);
  let total = ofConstant(-start, width);
  for (const { own, shared } of parts) {
    for (const step of own) total = times(total, ofStep(step, width));
    if (shared) total = times(total, ofSlices(shared, width));
  }
  return inWindow(cumulative(total), start, width / PLACES);
}

type Parts = { own: StepRuns[]; shared: RunSlices | undefined; variance: number };

/** The independent and the shared part of a route's runs, at the expected number of calls. */
function partsOf(steps: readonly StepRuns[], correlation: number): Parts {
  const shared = SLICE_SHARES.map(() => 0);
  const own = steps.map((step) => {
    const mean = meanOfSlices(step.slices);
    for (const [index, value] of step.slices.entries()) {
      shared[index] = (shared[index] ?? 0) + step.mean * Math.sqrt(correlation) * (value - mean);
    }
    const slices = step.slices.map((value) => mean + Math.sqrt(1 - correlation) * (value - mean));
    return { ...step, slices };
  });
  const variance = own.reduce(
    (sum, step) =>
      sum +
      step.mean * varianceOfSlices(step.slices) +
      step.variance * meanOfSlices(step.slices) ** 2,
    correlation > 0 ? varianceOfSlices(shared) : 0,
  );
  return { own, shared: correlation > 0 ? shared : undefined, variance };
}

function ofStep(step: StepRuns, width: number): Characteristic {
  const call = ofSlices(step.slices, width);
  let run = call;
  for (let retry = 0; retry < step.retries; retry += 1) {
    run = times(call, withProbability(run, step.retryProbability));
  }
  return withProbability(power(run, step.times), step.probability);
}

function inWindow(sums: Float64Array, start: number, place: number): SumDistribution {
  return {
    quantile(probability) {
      const at = sums.findIndex((sum) => sum >= probability);
      if (at < 0) return start + PLACES * place;
      const before = sums[at - 1] ?? 0;
      const part = (probability - before) / Math.max(1e-12, (sums[at] ?? 1) - before);
      return start + (at - 0.5 + part) * place;
    },
    shareUpTo(amount) {
      const at = (amount - start) / place + 0.5;
      if (at <= 0) return 0;
      const index = Math.min(PLACES - 1, Math.floor(at));
      const before = sums[index - 1] ?? 0;
      const share = before + (at - index) * ((sums[index] ?? 1) - before);
      return Math.min(1, Math.max(0, share));
    },
  };
}

const certainly = (amount: number): SumDistribution => ({
  quantile: () => amount,
  shareUpTo: (most) => (most >= amount ? 1 : 0),
});
