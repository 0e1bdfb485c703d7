import type { FadingMean } from '../prediction/model-feedback.ts';

/** A quality from 0 to 1, and its standard error. */
export type Estimate = { quality: number; uncertainty: number };

/** A model's estimate before its grades, and its grades. */
export type GradedModel = { before: Estimate; grades: FadingMean };

/** No grade from 0 to 1 varies more. */
const GRADE_VARIANCE = 0.25;
/** How far the graders of one kind of work are from the scale of the catalog: standard deviation. */
const STRICTNESS = 0.2;

/**
 * What grades say about models that did the same work. A grade is the sum of the model's quality, how
 * strict this work's graders are, and chance; the estimates are the best linear unbiased predictions of
 * this mixed model (Henderson, 1950, 1975). So strict graders do not lower all models, few grades
 * change little, and grades move models against each other. That older grades fade follows
 * ParetoBandit (arXiv 2604.00136).
 * @returns the estimates after the grades, in order, on the scale of those before
 */
export function learnedQualities(models: readonly GradedModel[]): Estimate[] {
  const residuals = models.map(({ before, grades }) => ({
    variance: before.uncertainty ** 2 + GRADE_VARIANCE / grades.weight,
    residual: grades.sum / grades.weight - before.quality,
  }));
  const precision = residuals.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const weighted = residuals.reduce((sum, { variance, residual }) => sum + residual / variance, 0);
  const strictness = weighted / (1 / STRICTNESS ** 2 + precision);
  return models.map(({ before }, index) => {
    const { variance = 1, residual = 0 } = residuals[index] ?? {};
    const trust = before.uncertainty ** 2 / variance;
    const quality = before.quality + trust * (residual - strictness);
    return {
      quality: Math.min(1, Math.max(0, quality)),
      uncertainty: before.uncertainty * Math.sqrt(1 - trust),
    };
  });
}
