/** The median of unsorted values; `NaN` if there are none. */
export function median(values: readonly number[]): number {
  const sorted = new Float64Array(values).toSorted();
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1
    ? upper
    : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + upper) / 2;
}

/** Makes the median absolute deviation a consistent estimate of a normal standard deviation. */
const NORMAL_CONSISTENCY = 1.4826;

/** Median absolute deviation from a center, as a standard deviation (Hampel, 1974). */
export const robustSpread = (values: readonly number[], center = median(values)): number =>
  NORMAL_CONSISTENCY * median(values.map((value) => Math.abs(value - center)));

/** The mean; `NaN` if there are no values. */
export function mean(values: ArrayLike<number> & Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * The mean without this many of the highest values, so that rare events do not move it; `NaN` if
 * none are left.
 */
export const meanWithout = (highest: number, values: readonly number[]): number =>
  mean(new Float64Array(values).toSorted().subarray(0, Math.max(1, values.length - highest)));
