import { describe, expect, it } from 'vitest';
import { predictionError } from '../../../lab/traces/prediction-error.ts';
import { quantiles } from '../../../domain/series/quantile.ts';

describe('predictionError', () => {
  it('is undefined without requests that cost something', () => {
    expect(predictionError([])).toBeUndefined();
    expect(predictionError([{ predictedUsd: 1, heldUsd: 1, actualUsd: 0 }])).toBeUndefined();
  });

  it('states every figure as defined', () => {
    const error = predictionError([
      { predictedUsd: 1.1, heldUsd: 2, actualUsd: 1 },
      { predictedUsd: 3, heldUsd: 3, actualUsd: 4 },
      { predictedUsd: 2, heldUsd: 4, actualUsd: 1 },
    ]);
    expect(error?.count).toBe(3);
    expect(error?.in10).toBeCloseTo(0, 9);
    expect(error?.mdape).toBeCloseTo(0.25, 9);
    expect(error?.wape).toBeCloseTo(2.1 / 6, 9);
    expect(error?.bias).toBeCloseTo(6.1 / 6 - 1, 9);
    expect(error?.cover).toBeCloseTo(2 / 3, 9);
    expect(error?.hold).toBeCloseTo(9 / 6, 9);
  });
});

describe('quantiles', () => {
  it('is linear between neighbors, and not a number without values', () => {
    expect(quantiles([3, 1, 2, 4], [0, 0.5, 1])).toEqual([1, 2.5, 4]);
    expect(quantiles([], [0.5])).toEqual([Number.NaN]);
  });
});
