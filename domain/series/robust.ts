/** The median of values in ascending order; `NaN` if there are no values. */
export function medianOfAscending(values: readonly number[]): number {
  const middle = values.length >> 1;
  const upper = values[middle] ?? Number.NaN;
  if (values.length % 2 === 1) return upper;
  return ((values[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of unsorted values, none of them `NaN`; `NaN` if there are no values. */
export function median(values: readonly number[]): number {
  const copy = values.slice();
  const middle = copy.length >> 1;
  moveToRank(copy, middle);
  const upper = copy[middle] ?? Number.NaN;
  if (copy.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < middle; at += 1) lower = Math.max(lower, copy[at] ?? Number.NaN);
  return (lower + upper) / 2;
}

/** Makes the median absolute deviation a consistent estimate of a normal standard deviation. */
export const NORMAL_CONSISTENCY = 1.4826;

/** Median absolute deviation from a center, as a standard deviation (Hampel, 1974). */
export const robustSpread = (values: readonly number[], center = median(values)): number =>
  NORMAL_CONSISTENCY * median(values.map((value) => Math.abs(value - center)));

/** The mean; `NaN` if there are no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? Number.NaN;
  return sum / values.length;
}

/**
 * Ascending values without this many of the highest, so that rare events do not move their mean. The
 * lowest always stays.
 */
export const withoutHighest = (highest: number, ascending: readonly number[]): number[] =>
  ascending.slice(0, Math.max(1, ascending.length - highest));

/**
 * Moves values until the one at `rank` is where sorting would put it, with no higher one before it
 * and no lower one after it (Hoare, 1961). Sorting them all takes several times as long.
 */
function moveToRank(values: number[], rank: number): void {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? Number.NaN;
    let left = from;
    let right = to;
    while (left <= right) {
      while ((values[left] ?? Number.NaN) < pivot) left += 1;
      while ((values[right] ?? Number.NaN) > pivot) right -= 1;
      if (left > right) break;
      const lower = values[right] ?? Number.NaN;
      values[right] = values[left] ?? Number.NaN;
      values[left] = lower;
      left += 1;
      right -= 1;
    }
    if (rank <= right) to = right;
    else if (rank >= left) from = left;
    else return;
  }
}
