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

/** Each method's forecast for each coming day, in the order of `METHODS`. */
export type MethodForecasts = number[][];

const LEVEL_DAYS = 84;
/** How far back methods look, except for the one that uses last year. */
export const TREND_DAYS = 120;
/** Whole weeks, so that weekdays line up. */
const YEAR_DAYS = 364;
const FOUR_WEEKS = 4 * DAYS_PER_WEEK;

/**
 * Forecasts of all methods from the first `known` values of a series.
 * @param tempered the series without single spikes; `raw` still has them
 */
export function forecastByMethods(
  { raw, tempered }: { raw: readonly number[]; tempered: readonly number[] },
  historyLength: number,
  days: number,
): MethodForecasts {
  const profile = weekdayProfile(tempered, historyLength);
  const levels = withoutWeekdays(tempered, profile, TREND_DAYS, historyLength);
  const recent = levels.slice(-LEVEL_DAYS);
  const fourWeeks = median(levels.slice(-FOUR_WEEKS));
  const onWeekdays = (expected: (step: number) => number): number[] =>
    Array.from({ length: days }, (_, ahead) =>
      Math.max(0, expected(ahead + 1) * (profile[(historyLength + ahead) % DAYS_PER_WEEK] ?? 1)),
    );
  const byWeekday = weekdayMedians(tempered, historyLength, days);
  return [
    byWeekday,
    onWeekdays(() => fourWeeks),
    onWeekdays(dampedTrend(levels)),
    onWeekdays(theta(recent)),
    onWeekdays(dailyReversion(recent)),
    onWeekdays(weeklyReversion(recent)),
    onWeekdays(trendReversion(recent)),
    yearAgo(raw, historyLength, days) ?? byWeekday,
  ];
}

/**
 * The median of the same weekday over the previous four weeks, or of all days if there are none.
 */
export function weekdayMedians(
  series: readonly number[],
  historyLength: number,
  days: number,
): number[] {
  const byWeekday = Array.from({ length: DAYS_PER_WEEK }, (_, weekday) => {
    const same: number[] = [];
    for (let weeks = 1; weeks <= 4; weeks += 1) {
      const day = historyLength + weekday - weeks * DAYS_PER_WEEK;
      if (day >= 0) same.push(series[day] ?? 0);
    }
    return median(same.length > 0 ? same : series.slice(0, historyLength));
  });
  return Array.from({ length: days }, (_, ahead) => byWeekday[ahead % DAYS_PER_WEEK] ?? 0);
}

/** Whether there was spend a year ago. If not, weekday medians are used instead. */
export const knowsYearAgo = (series: readonly number[], historyLength: number): boolean =>
  historyLength >= YEAR_DAYS + FOUR_WEEKS &&
  sumOf(series, historyLength - FOUR_WEEKS - YEAR_DAYS, historyLength - YEAR_DAYS) > 0;

/** The same days a year ago, scaled by the ratio of the last four weeks to the same weeks then. */
function yearAgo(
  series: readonly number[],
  historyLength: number,
  days: number,
): number[] | undefined {
  if (!knowsYearAgo(series, historyLength)) return undefined;
  const now = sumOf(series, historyLength - FOUR_WEEKS, historyLength);
  const then = sumOf(series, historyLength - FOUR_WEEKS - YEAR_DAYS, historyLength - YEAR_DAYS);
  return Array.from(
    { length: days },
    (_, ahead) => ((series[historyLength - YEAR_DAYS + (ahead % YEAR_DAYS)] ?? 0) * now) / then,
  );
}

function sumOf(series: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let day = from; day < to; day += 1) sum += series[day] ?? 0;
  return sum;
}
