import { quantile } from '../../domain/series/quantile.ts';

/** One request as predicted, held and charged; USD as numbers, for statistics only. */
export type PredictedCost = { predictedUsd: number; heldUsd: number; actualUsd: number };

/** Shares as fractions of 1. */
export type PredictionError = {
  count: number;
  /** Requests whose predicted cost is within 10 % of the actual one. */
  in10: number;
  /** Median of |predicted − actual| / actual. */
  mdape: number;
  /** Sum of |predicted − actual| over the sum of actual. */
  wape: number;
  /** Sum of predicted over sum of actual, minus 1. */
  bias: number;
  /** Requests whose actual cost was covered by the money held. */
  cover: number;
  /** Sum of money held over sum of actual. */
  hold: number;
};

/** How far predictions and holds were from actual costs; `undefined` without requests. */
export function predictionError(costs: readonly PredictedCost[]): PredictionError | undefined {
  const charged = costs.filter(({ actualUsd }) => actualUsd > 0);
  if (charged.length === 0) return undefined;
  const relative = charged
    .map(({ predictedUsd, actualUsd }) => Math.abs(predictedUsd - actualUsd) / actualUsd)
    .toSorted((first, second) => first - second);
  const actual = sum(charged.map(({ actualUsd }) => actualUsd));
  return {
    count: charged.length,
    in10: relative.filter((error) => error <= 0.1).length / charged.length,
    mdape: quantile(relative, 0.5),
    wape:
      sum(charged.map(({ predictedUsd, actualUsd }) => Math.abs(predictedUsd - actualUsd))) /
      actual,
    bias: sum(charged.map(({ predictedUsd }) => predictedUsd)) / actual - 1,
    cover: charged.filter(({ heldUsd, actualUsd }) => actualUsd <= heldUsd).length / charged.length,
    hold: sum(charged.map(({ heldUsd }) => heldUsd)) / actual,
  };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
