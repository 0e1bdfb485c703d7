import { predictionError } from '../../traces/prediction-error.ts';
import type { ServedRequest } from './blind-run.ts';

/** In percent: errors of the median prediction per request, and the bias of the mean. */
export type CostError = { in10: number; MdAPE: number; WAPE: number; bias: number };

/**
 * How far predictions were from actual costs. Judges the median per request and the mean by sum,
 * because that is how they are used. All are `NaN` without requests.
 */
export function costError(served: readonly ServedRequest[]): CostError {
  const figures = (field: 'medianUsd' | 'expectedUsd') =>
    predictionError(
      served.map(({ prediction, actualUsd }) => ({
        predictedUsd: prediction[field],
        heldUsd: prediction.upperUsd,
        actualUsd,
      })),
    );
  const median = figures('medianUsd');
  return {
    in10: 100 * (median?.in10 ?? Number.NaN),
    MdAPE: 100 * (median?.mdape ?? Number.NaN),
    WAPE: 100 * (median?.wape ?? Number.NaN),
    bias: 100 * (figures('expectedUsd')?.bias ?? Number.NaN),
  };
}
