/** The median of unsorted values; `NaN` if there are none. */
export function median(values: readonly number[]): number {
  const sorted = sortedCopy(values);
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
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return sum / values.length;
}

/**
 * The mean without this many of the highest values, so that rare events do not move it; `NaN` if
 * none are left.
 */
export const meanWithout = (highest: number, values: readonly number[]): number =>
  mean(sortedCopy(values).slice(0, Math.max(1, values.length - highest)));

/** Up to this many values, insertion is several times faster than the built-in sort. */
const FEW = 64;

/** The values in ascending order, `NaN` last. */
function sortedCopy(values: readonly number[]): number[] | Float64Array {
  if (values.length > FEW) return new Float64Array(values).toSorted();
  const sorted = values.slice();
  for (let end = 1; end < sorted.length; end += 1) {
    const value = sorted[end] ?? Number.NaN;
    let place = end;
    for (; place > 0 && isAfter(sorted[place - 1] ?? Number.NaN, value); place -= 1) {
      sorted[place] = sorted[place - 1] ?? Number.NaN;
    }
    sorted[place] = value;
  }
  return sorted;
}

const isAfter = (left: number, right: number): boolean =>
  left > right || (Number.isNaN(left) && !Number.isNaN(right));
