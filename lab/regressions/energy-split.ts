/** A place to split a series, and how much the parts before and after differ. */
export type EnergySplit = {
  /** The first value of the part after it. */
  at: number;
  divergence: number;
};

/** Values on each side of a split, at least. */
export const LEAST_PART = 3;

/**
 * The place where a part of a series differs most from what follows it: of all neighbors
 * `values[0, at)` and `values[at, end)`, those with the largest scaled energy distance (E-divisive;
 * Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis", JASA 2014, with
 * exponent 1). `end` varies too, so that a burst does not hide behind what follows it.
 * Time and memory grow with the square of the length.
 * @returns undefined for fewer than two parts' values
 */
export function energySplit(values: readonly number[]): EnergySplit | undefined {
  const width = values.length + 1;
  const sums = distanceSums(values);
  let best: EnergySplit | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = LEAST_PART; at <= values.length - LEAST_PART; at += 1) {
    const within = sums[at * width + at] ?? 0;
    for (let end = at + LEAST_PART; end <= values.length; end += 1) {
      const across = (sums[at * width + end] ?? 0) - within;
      const withinAfter = (sums[end * width + end] ?? 0) - within - 2 * across;
      const after = end - at;
      const distance =
        (2 * across) / (at * after) -
        within / (at * (at - 1)) -
        withinAfter / (after * (after - 1));
      const divergence = ((at * after) / end) * distance;
      if (divergence > most) {
        most = divergence;
        best = { at, divergence };
      }
    }
  }
  return best;
}

/** Row by row, the sum of |x - y| over the first `row` values times the first `column` values. */
function distanceSums(values: readonly number[]): Float64Array {
  const width = values.length + 1;
  const sums = new Float64Array(width * width);
  for (const [row, first] of values.entries()) {
    let inRow = 0;
    for (const [column, second] of values.entries()) {
      inRow += Math.abs(first - second);
      sums[(row + 1) * width + column + 1] = (sums[row * width + column + 1] ?? 0) + inRow;
    }
  }
  return sums;
}
