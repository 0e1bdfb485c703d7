import { mean } from '../series/robust.ts';
import type { BackTest } from './back-test.ts';

/** Bounds of one day or of a sum. */
export type Bounds = { low80: number; high80: number; low95: number; high95: number };

const HALF_LIFE_DAYS = 40;
/** Standard normal quantiles of 97.5 and 90 %. */
const [NORMAL_975, NORMAL_90] = [1.959964, 1.281552];
/**
 * As a logarithm. If the 80 % interval already contains a spike, the 95 % interval reaches at most
 * two thirds above it.
 */
const BEYOND_SEEN = 0.5;
/** Quantiles for a series without history, as logarithms of actual over expected. */
const UNKNOWN_SCORES = [-1.6, -0.8, -0.5, -0.3, -0.15, 0, 0.15, 0.3, 0.5, 0.8, 1.6];
/**
 * Errors of overlapping days are correlated, so they count as at most this many independent ones.
 */
const INDEPENDENT_DAYS = 40;
/** After two weeks, the series' own errors replace the default ones. */
const UNKNOWN_FORECASTS = 14;
/** Forecasts of a week share their days, so only each seventh is independent. */
const WEEK_FORECASTS = 7;
/** After ten weeks of past forecasts. */
const FULL_FREEDOM = 11;
/** Share of the mean day to add to both sides, because zero has no logarithm. */
export const OFFSET_SHARE = 0.01;
const LEAST_GROWTH = 0.3;

type Score = { score: number; weight: number };

/**
 * Intervals for each day from errors of past forecasts (split conformal prediction: Lei et al.,
 * 2018), weighting recent errors more (Barber et al., 2023). Works on logarithms, relative to how
 * errors grow with the horizon. Sets the two sides separately, because spend jumps up further than
 * down.
 * @param length number of known days
 */
export function dayBounds(
  { past, expected }: Pick<BackTest, 'past' | 'expected'>,
  length: number,
): Bounds[] {
  const offset = offsetOf([...past.flatMap(({ actual }) => actual), ...expected]);
  const scored = past.map(({ historyDays, actual, expected: forecasts }) => ({
    weight: weightAt(length - historyDays),
    scores: actual.map((value, ahead) => scoreOf(value, forecasts[ahead] ?? 0, offset)),
  }));
  const growthOf = growthByHorizon(scored);
  const scores = scored.flatMap(({ weight, scores: some }) =>
    some.map((score, ahead) => ({ weight, score: score / growthOf(ahead) })),
  );
  const reach = reachOf(scores, past.length, INDEPENDENT_DAYS);
  return expected.map((value, ahead) => boundsAt(reach, growthOf(ahead), { value, offset }));
}

/** The interval for the sum of all days, from past forecasts whose days are all known. */
export function sumBounds(
  { past, expected }: Pick<BackTest, 'past' | 'expected'>,
  length: number,
): Bounds {
  const whole = past.filter(({ actual }) => actual.length === expected.length);
  const offset = offsetOf([...whole.map(({ actual }) => sum(actual)), sum(expected)]);
  const scores = whole.map(({ historyDays, actual, expected: forecasts }) => ({
    weight: weightAt(length - historyDays),
    score: scoreOf(sum(actual), sum(forecasts), offset),
  }));
  const independent = Math.max(1, whole.length / expected.length);
  const reach = reachOf(scores, whole.length, independent);
  return boundsAt(reach, 1, { value: sum(expected), offset });
}

const weightAt = (ageDays: number): number => 0.5 ** (ageDays / HALF_LIFE_DAYS);

/** Added before taking logarithms, so that none is infinite. */
const offsetOf = (values: readonly number[]): number =>
  OFFSET_SHARE * mean(values) || Number.MIN_VALUE;

const scoreOf = (actual: number, forecast: number, offset: number): number =>
  Math.log((actual + offset) / (forecast + offset));

function boundsAt(
  reach: Bounds,
  growth: number,
  { value, offset }: { value: number; offset: number },
): Bounds {
  const at = (score: number): number =>
    Math.max(0, (value + offset) * Math.exp(score * growth) - offset);
  return {
    low80: Math.min(value, at(reach.low80)),
    high80: Math.max(value, at(reach.high80)),
    low95: Math.min(value, at(reach.low95)),
    high95: Math.max(value, at(reach.high95)),
  };
}

/**
 * Bounds as scores, widened because quantiles of only a few independent scores are too narrow. The
 * 95 % bounds are at least as far out as Student's t puts them with as many degrees of freedom as
 * there are independent forecasts, because a few underestimate the tails.
 */
function reachOf(own: readonly Score[], forecasts: number, independent: number): Bounds {
  const half = Math.min(0.49, 0.4 * (1 + 1 / independent));
  const widening = wideningOf(freedomOf(Math.max(UNKNOWN_FORECASTS, forecasts)));
  const widened = own.map(({ score, weight }) => ({ score: widening * score, weight }));
  const ascending = (scores: readonly Score[]): Score[] =>
    [...scores, ...unknown(forecasts)].toSorted((first, second) => first.score - second.score);
  const [sorted, wider] = [ascending(own), ascending(widened)];
  const tail = tailRatio(freedomOf(forecasts));
  const low80 = Math.min(0, weightedQuantile(wider, 0.5 - half));
  const high80 = Math.max(0, weightedQuantile(wider, 0.5 + half));
  const farthest = (sorted.at(-1)?.score ?? 0) + BEYOND_SEEN;
  return {
    low80,
    high80,
    low95: Math.min(weightedQuantile(sorted, 0.025), tail * low80),
    high95: Math.max(high80, weightedQuantile(sorted, 0.975), Math.min(tail * high80, farthest)),
  };
}

const freedomOf = (forecasts: number): number => 1 + forecasts / WEEK_FORECASTS;

/**
 * How much further out the 90 % quantile of Student's t is with these degrees of freedom than after a
 * full back-test, on which the other constants were chosen: a month of errors has not seen the larger
 * ones.
 */
const wideningOf = (freedom: number): number =>
  Math.max(1, studentQuantile(NORMAL_90, freedom) / studentQuantile(NORMAL_90, FULL_FREEDOM));

/**
 * How much further out the 97.5 % quantile of Student's t is than its 90 % quantile (expansion of
 * Fisher and Cornish, 1960).
 */
const tailRatio = (freedom: number): number =>
  studentQuantile(NORMAL_975, freedom) / studentQuantile(NORMAL_90, freedom);

const studentQuantile = (z: number, freedom: number): number =>
  z +
  (z ** 3 + z) / (4 * freedom) +
  (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
  (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);

const unknown = (forecasts: number): Score[] => {
  const weight = Math.max(0, UNKNOWN_FORECASTS - forecasts) / 2;
  return weight > 0 ? UNKNOWN_SCORES.map((score) => ({ score, weight })) : [];
};

/** How errors grow with the horizon: the line through their means, scaled to 1 in the middle. */
function growthByHorizon(
  scored: readonly { weight: number; scores: readonly number[] }[],
): (ahead: number) => number {
  const longest = Math.max(0, ...scored.map(({ scores }) => scores.length));
  const sizes = Array.from({ length: longest }, (_, ahead) => {
    const longEnough = scored.filter(({ scores }) => scores.length > ahead);
    const total = longEnough.reduce((sum, { weight }) => sum + weight, 0);
    return (
      longEnough.reduce(
        (sum, origin) => sum + origin.weight * Math.abs(origin.scores[ahead] ?? 0),
        0,
      ) / total
    );
  });
  const middle = (sizes.length - 1) / 2;
  const center = mean(sizes);
  if (!(center > 0)) return () => 1;
  let covariance = 0;
  let variance = 0;
  for (const [ahead, size] of sizes.entries()) {
    covariance += (ahead - middle) * size;
    variance += (ahead - middle) ** 2;
  }
  const slope = variance > 0 ? Math.max(0, covariance / variance) / center : 0;
  return (ahead) => Math.max(LEAST_GROWTH, 1 + slope * (ahead - middle));
}

/** The weighted quantile of sorted scores, interpolated between the midpoints of their weights. */
function weightedQuantile(sorted: readonly Score[], share: number): number {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let passed = 0;
  let before: { at: number; score: number } | undefined;
  for (const { score, weight } of sorted) {
    const at = (passed + weight / 2) / total;
    if (at >= share) {
      if (!before) return score;
      return before.score + ((score - before.score) * (share - before.at)) / (at - before.at);
    }
    before = { at, score };
    passed += weight;
  }
  return before?.score ?? 0;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
