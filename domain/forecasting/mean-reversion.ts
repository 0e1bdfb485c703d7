import { mean, median } from '../series/robust.ts';

const CENTER_DAYS = 56;
const STATE_DAYS = 3;
const AHEAD_DAYS = 4;
/** Of the mean: nothing at all has no logarithm. */
const FLOOR_SHARE = 1e-3;
const MOST_MEMORY = 0.98;

/**
 * The level goes back to its median of eight weeks by the same share each day: an autoregression of
 * order one on logarithms.
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
 * The same by direct regression (Marcellino, Stock and Watson, 2006): the mean of the next days on
 * the median of the last three, which one spike does not move.
 */
export function weeklyReversion(levels: readonly number[]): () => number {
  const logs = logarithms(levels);
  const center = median(logs.slice(-CENTER_DAYS));
  const state = (day: number): number =>
    median(logs.slice(Math.max(0, day - STATE_DAYS + 1), day + 1)) - center;
  let covariance = 0;
  let variance = 0;
  for (let day = STATE_DAYS - 1; day + AHEAD_DAYS < logs.length; day += 1) {
    const before = state(day);
    covariance += before * (mean(logs.slice(day + 1, day + 1 + AHEAD_DAYS)) - center);
    variance += before * before;
  }
  const expected = Math.exp(center + memoryOf(covariance, variance) * state(logs.length - 1));
  return () => expected;
}

const memoryOf = (covariance: number, variance: number): number =>
  variance > 0 ? Math.min(MOST_MEMORY, Math.max(0, covariance / variance)) : 0;

function logarithms(levels: readonly number[]): number[] {
  const floor = FLOOR_SHARE * mean(levels) || Number.MIN_VALUE;
  return levels.map((level) => Math.log(Math.max(level, floor)));
}
