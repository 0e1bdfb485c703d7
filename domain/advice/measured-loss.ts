/**
 * Loss of quality as a share of the current quality. `graded` is the smaller of the two models'
 * numbers of grades.
 */
export type MeasuredLoss = { expectedLoss: number; upperLoss: number; graded: number };

/** Each model needs at least this many grades. */
export const LEAST_GRADED = 30;
const ONE_SIDED_95 = 1.6449;

/**
 * The quality lost by switching models, from grades between 0 and 1 of independent requests. The
 * bound is that of a ratio of means by the delta method (Casella and Berger, Statistical Inference,
 * 5.5.4), with two grades of 0 and two of 1 added to each side's variance (Agresti and Coull,
 * 1998), so that unanimous grades do not look certain.
 * @returns `undefined` if either model has too few grades
 */
export function lossOf(
  present: readonly number[],
  offered: readonly number[],
): MeasuredLoss | undefined {
  const graded = Math.min(present.length, offered.length);
  if (graded < LEAST_GRADED) return undefined;
  const [before, after] = [meanOf(present), meanOf(offered)];
  if (before === 0) return undefined;
  const ratio = after / before;
  const variance =
    (varianceOf(offered) / offered.length + (ratio ** 2 * varianceOf(present)) / present.length) /
    before ** 2;
  return {
    expectedLoss: rounded(1 - ratio),
    upperLoss: rounded(1 - ratio + ONE_SIDED_95 * Math.sqrt(variance)),
    graded,
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const padded = [...values, 0, 0, 1, 1];
  const mean = meanOf(padded);
  return padded.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (padded.length - 1);
}

const rounded = (share: number): number => Math.round(share * 1e4) / 1e4;
