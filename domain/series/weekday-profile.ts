import { mean, median } from './robust.ts';

export const DAYS_PER_WEEK = 7;
const WEEKS = 8;
/** A weekday with less than this share of usual spend says nothing about the level. */
const LEAST_FACTOR = 0.05;

/**
 * How weekdays differ: factors with mean 1, by index of day modulo 7. Uses the classical ratio to a
 * centered moving average, with medians (Makridakis, Wheelwright and Hyndman, 1998). Shrinks the
 * factors toward 1 as far as noise alone would explain the spread between weekdays (the
 * positive-part rule of James and Stein, 1961).
 * @param before number of known days, the first values of the series
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

/** Days near the end, which have no centered whole week, use the last one. */
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

/** The last `days` known values, adjusted to an average weekday. */
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
