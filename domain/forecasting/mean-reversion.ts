import { mean, median } from '../series/robust.ts';
import { theilSen } from '../series/theil-sen.ts';

const CENTER_DAYS = 56;
const STATE_DAYS = 3;
const AHEAD_DAYS = 4;
/** Share of the mean to add, because zero has no logarithm. */
const FLOOR_SHARE = 1e-3;
const MOST_MEMORY = 0.98;
/** Per day, as a logarithm. A line through two weeks can be steeper, but that would not last. */
const MOST_SLOPE = Math.LN2 / 7;
const DAMPING = 0.97;

/**
 * The level returns to its eight-week median by the same share each day: a first-order
 * autoregression on logarithms.
 */
export function dailyReversion(levels: readonly number[]): (step: number) => number {
  const logs = logarithms(levels);
  const center = median(logs.slice(-CENTER_DAYS));
  let covariance = 0;
  let variance = 0;
  for (let day = 1; day < logs.length; day += 1) {
    const before = (logs[day - 1] ?? 0) - center;
    covariance += before * ((logs[day] ?? 0) - center);
    variance += before * before;
  }
  const memory = memoryOf(covariance, variance);
  const last = (logs.at(-1) ?? center) - center;
  return (step) => Math.exp(center + memory ** step * last);
}

/**
 * The same by direct regression (Marcellino, Stock and Watson, 2006): the mean of the coming days
 * on the median of the last three, which a single spike does not move.
 */
export function weeklyReversion(levels: readonly number[]): () => number {
  const logs = logarithms(levels);
  const center = median(logs.slice(-CENTER_DAYS));
  const expected = Math.exp(center + restAhead(logs.map((value) => value - center)));
  return () => expected;
}

/**
 * The level returns to a line instead: the robust line through all days, extended with damping
 * (Gardner and McKenzie, 1985). Growing or declining spend is never near a median of its past.
 */
export function trendReversion(levels: readonly number[]): (step: number) => number {
  const logs = logarithms(levels);
  const slope = Math.max(-MOST_SLOPE, Math.min(MOST_SLOPE, theilSen(logs)));
  const flat = logs.map((value, day) => value - slope * day);
  const center = median(flat.slice(-CENTER_DAYS));
  const today = center + slope * (logs.length - 1);
  const rest = restAhead(flat.map((value) => value - center));
  return (step) =>
    Math.exp(today + rest + (slope * DAMPING * (1 - DAMPING ** step)) / (1 - DAMPING));
}

/** How much of the last three days' distance from their center the coming days keep, on average. */
function restAhead(rests: readonly number[]): number {
  const state = (day: number): number =>
    median(rests.slice(Math.max(0, day - STATE_DAYS + 1), day + 1));
  let covariance = 0;
  let variance = 0;
  for (let day = STATE_DAYS - 1; day + AHEAD_DAYS < rests.length; day += 1) {
    const before = state(day);
    covariance += before * mean(rests.slice(day + 1, day + 1 + AHEAD_DAYS));
    variance += before * before;
  }
  return memoryOf(covariance, variance) * state(rests.length - 1);
}

const memoryOf = (covariance: number, variance: number): number =>
  variance > 0 ? Math.min(MOST_MEMORY, Math.max(0, covariance / variance)) : 0;

function logarithms(levels: readonly number[]): number[] {
  const floor = FLOOR_SHARE * mean(levels) || Number.MIN_VALUE;
  return levels.map((level) => Math.log(Math.max(level, floor)));
}
