import { mean, median, medianOfAscending, withoutHighest } from '../series/robust.ts';

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
 * @param week the hours of the week before, in ascending order
 */
export function residualsOf(
  series: readonly number[],
  hour: number,
  week: readonly number[],
): Map<HourBasis, Residual> {
  const residuals = new Map<HourBasis, Residual>();
  if (hour < LEAST_HOURS) return residuals;
  const offset = OFFSET_SHARE * mean(withoutHighest(SELDOM_HOURS, week)) || Number.MIN_VALUE;
  const add = (basis: HourBasis, expected: number): void => {
    const residual = Math.log((at(series, hour) + offset) / (expected + offset));
    residuals.set(basis, { residual, expected });
  };
  add('week', medianOfAscending(week));
  const ofDay = before(series, [hour], DAY_HOURS, 7);
  if (ofDay.length >= 3) add('hour-of-day', median(ofDay));
  const ofWeek = before(series, [hour - 1, hour, hour + 1], WEEK_HOURS, 4);
  if (ofWeek.length >= 6) add('hour-of-week', median(ofWeek));
  return residuals;
}

/** Values one, two, three… periods before some hours, as far as the series goes back. */
function before(
  series: readonly number[],
  hours: readonly number[],
  period: number,
  times: number,
): number[] {
  const values: number[] = [];
  for (const hour of hours) {
    const first = Math.max(hour - times * period, hour % period);
    for (let earlier = hour - period; earlier >= first; earlier -= period) {
      values.push(at(series, earlier));
    }
  }
  return values;
}

const at = (series: readonly number[], hour: number): number => series[hour] ?? 0;
