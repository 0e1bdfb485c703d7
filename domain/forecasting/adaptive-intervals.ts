import type { LastingStep } from '../series/lasting-steps.ts';
import type { BackTest, PastForecast } from './back-test.ts';
import { type Bounds, dayBounds, OFFSET_SHARE } from './prediction-intervals.ts';

type Level = '80' | '95';
/** How often a day may lie outside. */
const OUTSIDE: Record<Level, number> = { 80: 0.2, 95: 0.05 };
/** How far a day outside widens the intervals, as a logarithm; each day within narrows them. */
const STEPS: Record<Level, number> = { 80: 0.05, 95: 0.2 };
/** Bounds of the adaptation, as logarithms: errors must not narrow or widen without end. */
const NARROWEST = -0.1;
const WIDEST = 0.5;

type Adaptation = Record<Level, number>;

/** The intervals of a day's forecast, as known on that day. */
export type Issued = { historyDays: number; expected: readonly number[]; bounds: Bounds[] };

/** The intervals of each past forecast, in order, and today's. */
export type AdaptedBounds = { past: Issued[]; today: Bounds[] };

/**
 * Intervals for each day, wider where recent days were too often outside and narrower where they
 * were too seldom: adaptive conformal inference (Gibbs and Candès, 2021), applied to the scale of
 * the scores (Angelopoulos, Candès and Tibshirani, 2023). Split conformal intervals assume that the
 * days ahead resemble the past ones, which a change of level breaks; these keep their promise over
 * time whatever the series does.
 * @param length number of known days
 * @param steps those of the series, by the same count of days
 */
export function adaptedBounds(
  tested: BackTest,
  length: number,
  steps: readonly LastingStep[] = [],
): AdaptedBounds {
  const issued: Issued[] = [];
  let adaptation: Adaptation = { 80: 0, 95: 0 };
  let day = tested.past[0]?.historyDays ?? length;
  const today = { historyDays: length, expected: tested.expected, actual: [] };
  for (const [index, origin] of [...tested.past, today].entries()) {
    const { historyDays, expected } = origin;
    for (; day < historyDays; day += 1) {
      const step = steps.find(({ at, knownFrom }) => at <= day && day < knownFrom);
      const outside = step
        ? outsideByStep(issued.at(-1), step)
        : outsideShares(issued, tested.past, day);
      adaptation = adapted(adaptation, outside);
    }
    const past = tested.past.slice(0, index).map((earlier) => knownBy(earlier, historyDays));
    const bounds = dayBounds({ past, expected }, historyDays);
    issued.push({
      historyDays,
      expected,
      bounds: bounds.map((bound, ahead) => scaledBounds(bound, expected[ahead] ?? 0, adaptation)),
    });
  }
  return { past: issued.slice(0, -1), today: issued.at(-1)?.bounds ?? [] };
}

const knownBy = (forecast: PastForecast, historyDays: number): PastForecast => ({
  ...forecast,
  actual: forecast.actual.slice(0, historyDays - forecast.historyDays),
});

/** How many of the forecasts for a day it fell outside of; `undefined` if none was for it. */
function outsideShares(
  issued: readonly Issued[],
  past: readonly PastForecast[],
  day: number,
): Adaptation | undefined {
  let count = 0;
  const outside: Adaptation = { 80: 0, 95: 0 };
  for (const [index, { historyDays, bounds }] of issued.entries()) {
    const bound = bounds[day - historyDays];
    const value = past[index]?.actual[day - historyDays];
    if (!bound || value === undefined) continue;
    count += 1;
    if (value < bound.low80 || value > bound.high80) outside['80'] += 1;
    if (value < bound.low95 || value > bound.high95) outside['95'] += 1;
  }
  return count > 0 ? { 80: outside['80'] / count, 95: outside['95'] / count } : undefined;
}

/**
 * Whether the days after a step, before it could be seen, fell outside: whether it led out of the last
 * intervals before it. No forecast is tested across a step, and it broke their promise all the same.
 */
function outsideByStep(
  issued: Issued | undefined,
  { before, since }: LastingStep,
): Adaptation | undefined {
  const [bound, expected] = [issued?.bounds.at(-1), issued?.expected.at(-1)];
  if (!bound || !expected) return undefined;
  const level = (expected * since) / before;
  return {
    80: level < bound.low80 || level > bound.high80 ? 1 : 0,
    95: level < bound.low95 || level > bound.high95 ? 1 : 0,
  };
}

function adapted(before: Adaptation, outside: Adaptation | undefined): Adaptation {
  if (!outside) return before;
  const next = (level: Level): number =>
    Math.max(
      NARROWEST,
      Math.min(WIDEST, before[level] + STEPS[level] * (outside[level] - OUTSIDE[level])),
    );
  return { 80: next('80'), 95: next('95') };
}

/** The bounds with their distances from the expected value scaled, on a logarithmic scale. */
function scaledBounds(bounds: Bounds, expected: number, adaptation: Adaptation): Bounds {
  const offset = OFFSET_SHARE * expected || Number.MIN_VALUE;
  const scaled = (bound: number, level: Level): number =>
    Math.max(
      0,
      (expected + offset) *
        ((bound + offset) / (expected + offset)) ** Math.exp(adaptation[level]) -
        offset,
    );
  const low80 = Math.min(expected, scaled(bounds.low80, '80'));
  const high80 = Math.max(expected, scaled(bounds.high80, '80'));
  return {
    low80,
    high80,
    low95: Math.min(low80, scaled(bounds.low95, '95')),
    high95: Math.max(high80, scaled(bounds.high95, '95')),
  };
}
