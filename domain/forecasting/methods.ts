import { median } from '../series/robust.ts';
import { DAYS_PER_WEEK, weekdayProfile, withoutWeekdays } from '../series/weekday-profile.ts';
import { dampedTrend, theta } from './exponential-smoothing.ts';
import { dailyReversion, trendReversion, weeklyReversion } from './mean-reversion.ts';

export const METHODS = [
  'weekday-median',
  'four-week-level',
  'damped-trend',
  'theta',
  'daily-reversion',
  'weekly-reversion',
  'trend-reversion',
  'year-ago',
] as const;
export type Method = (typeof METHODS)[number];

/** What each method expects on each of the next days, in the order of `METHODS`. */
export type MethodForecasts = number[][];

const LEVEL_DAYS = 84;
/** Days that methods look back at most, save a year ago. */
export const TREND_DAYS = 120;
/** Whole weeks, so that weekdays meet. */
const YEAR_DAYS = 364;
const FOUR_WEEKS = 4 * DAYS_PER_WEEK;

/**
 * Forecasts by all methods from the first `known` values of a series.
 * @param tempered the series without single spikes; `raw` as it is
 */
export function forecastByMethods(
  { raw, tempered }: { raw: readonly number[]; tempered: readonly number[] },
  known: number,
  days: number,
): MethodForecasts {
  const profile = weekdayProfile(tempered, known);
  const levels = withoutWeekdays(tempered, profile, TREND_DAYS, known);
  const recent = levels.slice(-LEVEL_DAYS);
  const fourWeeks = median(levels.slice(-FOUR_WEEKS));
  const onWeekdays = (expected: (step: number) => number): number[] =>
    Array.from({ length: days }, (_, ahead) =>
      Math.max(0, expected(ahead + 1) * (profile[(known + ahead) % DAYS_PER_WEEK] ?? 1)),
    );
  const byWeekday = weekdayMedians(tempered, known, days);
  return [
    byWeekday,
    onWeekdays(() => fourWeeks),
    onWeekdays(dampedTrend(levels)),
    onWeekdays(theta(recent)),
    onWeekdays(dailyReversion(recent)),
    onWeekdays(weeklyReversion(recent)),
    onWeekdays(trendReversion(recent)),
    yearAgo(raw, known, days) ?? byWeekday,
  ];
}

/** The median of the same weekday in the four weeks before, or of all days where there are none. */
export function weekdayMedians(series: readonly number[], known: number, days: number): number[] {
  const byWeekday = Array.from({ length: DAYS_PER_WEEK }, (_, weekday) => {
    const same: number[] = [];
    for (let weeks = 1; weeks <= 4; weeks += 1) {
      const day = known + weekday - weeks * DAYS_PER_WEEK;
      if (day >= 0) same.push(series[day] ?? 0);
    }
    return median(same.length > 0 ? same : series.slice(0, known));
  });
  return Array.from({ length: days }, (_, ahead) => byWeekday[ahead % DAYS_PER_WEEK] ?? 0);
}

/** Whether anything was spent a year ago; where not, weekday medians stand in for it. */
export const knowsYearAgo = (series: readonly number[], known: number): boolean =>
  known >= YEAR_DAYS + FOUR_WEEKS &&
  sumOf(series, known - FOUR_WEEKS - YEAR_DAYS, known - YEAR_DAYS) > 0;

/** The same days a year ago, times how the last four weeks compare with theirs. */
function yearAgo(series: readonly number[], known: number, days: number): number[] | undefined {
  if (!knowsYearAgo(series, known)) return undefined;
  const now = sumOf(series, known - FOUR_WEEKS, known);
  const then = sumOf(series, known - FOUR_WEEKS - YEAR_DAYS, known - YEAR_DAYS);
  return Array.from(
    { length: days },
    (_, ahead) => ((series[known - YEAR_DAYS + (ahead % YEAR_DAYS)] ?? 0) * now) / then,
  );
}

function sumOf(series: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let day = from; day < to; day += 1) sum += series[day] ?? 0;
  return sum;
}
