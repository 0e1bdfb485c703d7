import type { ServedRequest } from './blind-run.ts';

/** A sum as predicted and as it turned out. */
export type PredictedSum = { predictedUsd: number; actualUsd: number };

/** Sums of every `length` consecutive requests, without a shorter remainder. */
export function blockSums(served: readonly ServedRequest[], length: number): PredictedSum[] {
  return Array.from({ length: Math.floor(served.length / length) }, (_, block) =>
    served.slice(block * length, (block + 1) * length).reduce<PredictedSum>(
      (sum, { prediction, actualUsd }) => ({
        predictedUsd: sum.predictedUsd + prediction.expectedUsd,
        actualUsd: sum.actualUsd + actualUsd,
      }),
      { predictedUsd: 0, actualUsd: 0 },
    ),
  );
}

/** |predicted − actual| / actual of every nonzero sum. */
export const relativeErrors = (sums: readonly PredictedSum[]): number[] =>
  sums
    .filter(({ actualUsd }) => actualUsd > 0)
    .map(({ predictedUsd, actualUsd }) => Math.abs(predictedUsd - actualUsd) / actualUsd);

/** Percent of sums predicted within 10 %; `NaN` without any. */
export function within10Percent(sums: readonly PredictedSum[]): number {
  const errors = relativeErrors(sums);
  return (100 * errors.filter((error) => error <= 0.1).length) / errors.length;
}
