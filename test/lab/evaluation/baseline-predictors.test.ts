import { describe, expect, it } from 'vitest';
import {
  createBucketMean,
  createGlobalMean,
  createTrailingQuantile,
} from '../../../lab/evaluation/figures/baseline-predictors.ts';
import { CURVE_PROBABILITIES } from '../../../lab/evaluation/figures/blind-run.ts';
import {
  type ClientHour,
  createLastDayMean,
  predictClientDays,
} from '../../../lab/evaluation/figures/client-days.ts';

/** A request whose cost in USD equals its output tokens. */
const request = (inputTokens: number, model = 'm') => ({
  inputTokens,
  model,
  system: 's',
  inputUsdPerMillion: 0,
  outputUsdPerMillion: 1e6,
});

describe('running means', () => {
  it('takes the mean of all outputs, once there are five', () => {
    const mean = createGlobalMean();
    for (const output of [1, 2, 3, 4]) mean.learn(request(10), output);
    expect(mean.predict(request(10)).expectedUsd).toBe(200);
    mean.learn(request(9_999, 'other'), 10);
    expect(mean.predict(request(77)).expectedUsd).toBe(4);
  });

  it('prefers the bucket of the input, then the route, then all', () => {
    const mean = createBucketMean();
    for (let index = 0; index < 5; index += 1) {
      mean.learn(request(10), 10);
      mean.learn(request(1_000), 40);
    }
    expect(mean.predict(request(10)).medianUsd).toBe(10);
    expect(mean.predict(request(1_010)).medianUsd).toBe(40);
    expect(mean.predict(request(100)).medianUsd).toBe(25);
    for (let index = 0; index < 5; index += 1) mean.learn(request(10, 'other'), 100);
    expect(mean.predict(request(10, 'third')).medianUsd).toBe(50);
  });
});

describe('the trailing quantile', () => {
  it('remembers so many outputs and no more', () => {
    const trailing = createTrailingQuantile(5);
    for (const output of [900, 800, 5, 1, 4, 2, 3]) trailing.learn(request(1), output);
    const { expectedUsd, medianUsd, upperUsd, quantilesUsd } = trailing.predict(request(1));
    expect(medianUsd).toBe(3);
    expect(expectedUsd).toBe(3);
    // Linear interpolation: 0.95 of the way from the first of 1, 2, 3, 4, 5 to the last.
    expect(upperUsd).toBeCloseTo(4.8);
    expect(quantilesUsd[CURVE_PROBABILITIES.indexOf(0.5)]).toBe(3);
  });
});

describe('client-days', () => {
  const hour = (
    client: string,
    at: number,
    requests: number,
    outputTokens: number,
  ): ClientHour => ({
    model: 'm',
    client,
    hour: at,
    requests,
    inputTokens: 1_000_000,
    outputTokens,
  });

  it('predicts each day from the days before it only', () => {
    const hours = [
      hour('a', 0, 2, 1e5),
      hour('a', 25, 1, 3e5),
      hour('a', 47, 3, 5e5),
      hour('b', 30, 1, 7e5),
      hour('a', 60, 1, 1e5),
    ];
    // 3 USD per input, 1.5 per 100,000 output tokens. The first day is not predicted.
    expect(predictClientDays(hours, createLastDayMean())).toEqual([
      { client: 'm/a', day: 1, predictedUsd: 4 * 4.5, actualUsd: 7.5 + 3 * 10.5 },
      { client: 'm/a', day: 2, predictedUsd: 3 + 1.5 * 4.5, actualUsd: 4.5 },
    ]);
    expect(predictClientDays(hours, createLastDayMean(), 2)).toHaveLength(1);
  });
});
