/** Loss of quality as a share of the current quality, with a one-sided 95 % bound. */
export type LossBound = { expectedLoss: number; upperLoss: number };

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
): LossBound | undefined {
  const graded = Math.min(present.length, offered.length);
  if (graded < LEAST_GRADED) return undefined;
  if (meanOf(present) === 0) return undefined;
  const estimate = (grades: readonly number[]) => ({
    quality: meanOf(grades),
    uncertainty: Math.sqrt(varianceOf(grades) / grades.length),
  });
  return lossBound(estimate(present), estimate(offered));
}

/** A quality and its standard error. */
type Estimate = { quality: number; uncertainty: number };

/** The loss from one independent estimate to another, by the delta method for a ratio. */
export function lossBound(before: Estimate, after: Estimate): LossBound {
  const ratio = after.quality / before.quality;
  const variance =
    (after.uncertainty ** 2 + ratio ** 2 * before.uncertainty ** 2) / before.quality ** 2;
  return {
    expectedLoss: rounded(1 - ratio),
    upperLoss: rounded(1 - ratio + ONE_SIDED_95 * Math.sqrt(variance)),
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
