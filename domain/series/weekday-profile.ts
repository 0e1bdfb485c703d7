import { mean, median } from './robust.ts';

export const DAYS_PER_WEEK = 7;
const WEEKS = 8;
/** A weekday on which less than this share of a usual day is spent tells nothing about the level. */
const LEAST_FACTOR = 0.05;

/**
 * How the days of a week differ: factors of mean 1, by index of day modulo 7. The classical ratio
 * to a centered moving average with medians (Makridakis, Wheelwright and Hyndman, 1998), shrunk
 * towards 1 as far as the spread between weekdays is no more than noise of that size would make
 * (the positive-part rule of James and Stein, 1961).
 * @param before number of days of the series that are known, its first `before` values
 */
export function weekdayProfile(series: readonly number[], before = series.length): number[] {
  const level = Array<number>(DAYS_PER_WEEK).fill(1);
  if (before < 2 * DAYS_PER_WEEK) return level;
  const from = Math.max(3, before - WEEKS * DAYS_PER_WEEK);
  const ratios = ratiosToWeek(series, from, before);
  const centers = ratios.map((values) => (values.length > 0 ? median(values) : 1));
  const center = mean(centers);
  if (!(center > 0)) return level;
  let within = 0;
  for (const [weekday, values] of ratios.entries()) {
    for (const ratio of values) within += (ratio - (centers[weekday] ?? 1)) ** 2;
  }
  const days = before - from;
  const noise = (within / Math.max(1, days - DAYS_PER_WEEK)) * (DAYS_PER_WEEK / days);
  const between =
    centers.reduce((sum, item) => sum + (item - center) ** 2, 0) / (DAYS_PER_WEEK - 1);
  const kept = between > 0 ? Math.max(0, 1 - noise / between) : 0;
  return centers.map((item) => 1 + kept * (item / center - 1));
}

/** Days before the end at which no whole week is centered use the last whole week. */
function ratiosToWeek(series: readonly number[], from: number, before: number): number[][] {
  const ratios = Array.from({ length: DAYS_PER_WEEK }, (): number[] => []);
  for (let day = from; day < before; day += 1) {
    const middle = Math.min(day, before - 4);
    let sum = 0;
    for (let near = middle - 3; near <= middle + 3; near += 1) sum += series[near] ?? 0;
    if (sum > 0) ratios[day % DAYS_PER_WEEK]?.push(((series[day] ?? 0) * DAYS_PER_WEEK) / sum);
  }
  return ratios;
}

/** The last `days` of the known values, as they would be on an average day of the week. */
export function withoutWeekdays(
  series: readonly number[],
  profile: readonly number[],
  days: number,
  before = series.length,
): number[] {
  const levels: number[] = [];
  for (let day = Math.max(0, before - days); day < before; day += 1) {
    const factor = profile[day % DAYS_PER_WEEK] ?? 1;
    const value = series[day] ?? 0;
    levels.push(factor >= LEAST_FACTOR ? value / factor : (levels.at(-1) ?? value));
  }
  return levels;
}
