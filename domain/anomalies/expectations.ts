import { median, meanWithout } from '../series/robust.ts';

/** What an hour is compared with. */
export const HOUR_BASES = ['week', 'hour-of-day', 'hour-of-week'] as const;
export type HourBasis = (typeof HOUR_BASES)[number];

export const WEEK_HOURS = 168;
const DAY_HOURS = 24;
const LEAST_HOURS = 24;
/**
 * How many rare hours a comparison may ignore, so that they cannot hide later anomalies, however
 * expensive they were.
 */
export const SELDOM_HOURS = 4;
/** Share of the mean hour, added before taking logarithms because zero has none. */
const OFFSET_SHARE = 0.05;

export type Residual = {
  /** Logarithm of actual over expected, both with the offset. */
  residual: number;
  /** The expected value of the hour, in the series' unit. */
  expected: number;
};

/**
 * How far an hour is from what earlier hours predict, on each basis with enough of them: the median
 * of a week, of the same hour on seven days, and of the same hour of the week and its neighbors in
 * four weeks. Medians ignore anomalies and accept a new level after half their window.
 */
export function residualsOf(series: readonly number[], hour: number): Map<HourBasis, Residual> {
  const residuals = new Map<HourBasis, Residual>();
  if (hour < LEAST_HOURS) return residuals;
  const week = series.slice(Math.max(0, hour - WEEK_HOURS), hour);
  const offset = OFFSET_SHARE * meanWithout(SELDOM_HOURS, week) || Number.MIN_VALUE;
  const add = (basis: HourBasis, alike: readonly number[], least: number): void => {
    if (alike.length < least) return;
    const expected = median(alike);
    const residual = Math.log((at(series, hour) + offset) / (expected + offset));
    residuals.set(basis, { residual, expected });
  };
  add('week', week, LEAST_HOURS);
  add('hour-of-day', before(series, hour, DAY_HOURS, 7), 3);
  const sameHours = [-1, 0, 1].flatMap((near) => before(series, hour + near, WEEK_HOURS, 4));
  add('hour-of-week', sameHours, 6);
  return residuals;
}

/** Values one, two, three… periods earlier, as far as the series goes back. */
function before(series: readonly number[], hour: number, period: number, times: number): number[] {
  const hours = Array.from({ length: times }, (_, index) => hour - (index + 1) * period);
  return hours.filter((item) => item >= 0).map((item) => at(series, item));
}

const at = (series: readonly number[], hour: number): number => series[hour] ?? 0;
