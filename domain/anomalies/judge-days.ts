import { mean, median, withoutHighest } from '../series/robust.ts';
import { isBusy, type Judged, rootMeanSquare, spreadOf } from './judged.ts';

/** What a day is compared with. */
export const DAY_BASES = ['days', 'weekdays'] as const;
export type DayBasis = (typeof DAY_BASES)[number];

export const DAY_HOURS = 24;
const KNOWN_DAYS = 28;
const FORTNIGHT = 14;
const WEEK = 7;
const LEAST: Record<DayBasis, number> = { days: 3, weekdays: 2 };
const LEAST_RESIDUALS = 10;
/** Trust weekdays only if they reduce the spread of days to this share. */
const CLEAR_GAIN = 0.8;
/** As a logarithm: days that differ by less than an eighth count as alike. */
const LEAST_SPREAD = 0.12;
/** Share of the residuals' root mean square, which is large when some days are far out. */
const TAIL_SHARE = 0.5;
/** Share of the mean day, added before taking logarithms. */
const OFFSET_SHARE = 0.05;
/** A day is not news if more than this many days in four weeks were nearly as far out. */
const SEEN_DAYS = 1;
const NEARLY = 0.8;

/**
 * Judges the 24 hours that end with an hour; call it for the hours in order. Compares the logarithm
 * of their sum with the median of the same 24 clock hours on the previous 14 days, or on that
 * weekday in four weeks, in robust spreads of that comparison's residuals over four weeks. This
 * catches what hours alone cannot show because many are idle or they vary too much.
 */
export function createDayJudge(
  series: readonly number[],
): (hour: number) => Judged<DayBasis> | undefined {
  const sums = sumsOfDays(series);
  const past: Record<DayBasis, (number | undefined)[]> = { days: [], weekdays: [] };
  return (hour) => {
    const actual = sums[hour];
    if (actual === undefined) return undefined;
    const before = sameClock(sums, hour);
    const offset =
      OFFSET_SHARE * mean(withoutHighest(SEEN_DAYS, ascending(before))) || Number.MIN_VALUE;
    const alike: Record<DayBasis, number[]> = {
      days: before.slice(0, FORTNIGHT),
      weekdays: before.filter((_, index) => (index + 1) % WEEK === 0),
    };
    let nearest:
      (Judged<DayBasis> & { spread: number; residual: number; history: number[] }) | undefined;
    for (const basis of DAY_BASES) {
      if (alike[basis].length < LEAST[basis]) continue;
      const history = sameClock(past[basis], hour);
      const expected = median(alike[basis]);
      const residual = Math.log((actual + offset) / (expected + offset));
      past[basis][hour] = residual;
      if (history.length < LEAST_RESIDUALS) continue;
      const spread = spreadOfDays(history);
      if (nearest && spread >= CLEAR_GAIN * nearest.spread) continue;
      nearest = {
        score: residual / spread,
        basis,
        actual,
        expected,
        spread,
        residual,
        history,
      };
    }
    if (!nearest || !isBusy(before) || timesSeen(nearest) > SEEN_DAYS) return undefined;
    const { score, basis, expected } = nearest;
    return { score, basis, actual, expected };
  };
}

/** With few requests, most days are alike and a few are far out. Those few are usual too. */
function spreadOfDays(residuals: readonly number[]): number {
  const distances = ascending(residuals.map((item) => Math.abs(item)));
  return Math.max(
    spreadOf(distances, { least: LEAST_SPREAD, seldom: SEEN_DAYS }),
    TAIL_SHARE * rootMeanSquare(distances, SEEN_DAYS),
  );
}

const ascending = (values: readonly number[]): number[] => [...new Float64Array(values).toSorted()];

/**
 * The sum of the 24 hours that end with each hour, from the first hour with enough before it. Each
 * is summed from scratch, because a running sum would keep a rounding remainder and no day would be
 * exactly idle.
 */
const sumsOfDays = (series: readonly number[]): (number | undefined)[] =>
  series.map((_, hour) => {
    if (hour < DAY_HOURS - 1) return undefined;
    return series.slice(hour - DAY_HOURS + 1, hour + 1).reduce((sum, value) => sum + value, 0);
  });

/** Known values of the same clock hour on previous days, most recent first. */
function sameClock(values: readonly (number | undefined)[], hour: number): number[] {
  const days: number[] = [];
  for (let day = 1; day <= KNOWN_DAYS; day += 1) {
    const value = values[hour - day * DAY_HOURS];
    if (value !== undefined) days.push(value);
  }
  return days;
}

const timesSeen = ({
  history,
  residual,
}: {
  history: readonly number[];
  residual: number;
}): number =>
  history.filter((item) => item * Math.sign(residual) >= NEARLY * Math.abs(residual)).length;
