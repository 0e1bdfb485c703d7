import { mean, median, medianOfAscending } from '../series/robust.ts';
import { quantile } from '../series/quantile.ts';
import { createSlidingWindow } from '../series/sliding-window.ts';

/** What an hour is compared with. */
export const BASES = ['week', 'hour-of-day', 'hour-of-week'] as const;
export type Basis = (typeof BASES)[number];

/** How far the hours that end with one are from what one detector expects. */
export type Deviation = {
  basis: Basis;
  hours: number;
  /** In spreads; positive if the hours are above what was expected. */
  score: number;
  /** The expected mean of the hours and how far hours usually are from it, in the series' unit. */
  expected: number;
  spread: number;
};

/** The mean of this many hours, compared with one basis. */
export type DetectorSettings = { basis: Basis; hours: number; clipSpreads: number };

/** Judges hours in order, and learns from each once all detectors have voted on it. */
export type Detector = {
  /**
   * `undefined` where too little is known or nearly all hours were equal, because compared with
   * nothing everything looks large.
   */
  judge(hour: number): Deviation | undefined;
  /** @param isEvent whether the hour judged last belongs to an event that has begun before */
  learn(isEvent: boolean): void;
};

const DAY_HOURS = 24;
const WEEK_HOURS = 168;
/** How long deviations are remembered. */
const REMEMBERED_DAYS = 28;
const LEAST_DEVIATIONS = 12;
const LEAST_DAYS = 3;
/** Differences of less than this share of the level are of no interest. */
const LEAST_SHARE = 0.02;
/** A normal variable is farther out than `TAIL_SPREADS` with a probability of 1 %. */
const TAIL = 0.99;
const TAIL_SPREADS = 2.5758;

/**
 * A control chart for hours (Shewhart, 1931); call it for the hours in order. Expects the median of
 * the past week, or of the same hour of the day or week before (a seasonal residual, as in
 * Hochenbaum, Vallis and Kejariwal, 2017). The spread is the larger of two estimates from the past
 * four weeks: the root mean square of deviations, and what their 99th percentile would make it if
 * they were normal, because tails are heavier (thresholds by the tail: Siffer et al., 2017).
 * Deviations beyond the alarm enter at its value (Gelper, Fried and Croux, 2010), and those of an
 * event at no more than one hour in a hundred reaches, so that it hides nothing that follows it.
 */
export function createDetector(
  series: readonly number[],
  { basis, hours, clipSpreads }: DetectorSettings,
): Detector {
  const means: number[] = [];
  const week = createSlidingWindow(WEEK_HOURS);
  const past = rememberDistances();
  let learned: ((isEvent: boolean) => void) | undefined;
  const judge = (hour: number): Deviation | undefined => {
    learned = undefined;
    const actual = mean(series.slice(Math.max(0, hour - hours + 1), hour + 1));
    means.push(actual);
    const level = medianOfAscending(week.ascending);
    const expected = expectedBy(basis, means, hour) ?? level;
    week.add(actual);
    if (hour < DAY_HOURS || (basis === 'hour-of-week' && hour < 2 * WEEK_HOURS)) return undefined;
    const deviation = actual - expected;
    const spread = past.spread(LEAST_SHARE * level);
    learned = (isEvent) => {
      const most = isEvent ? TAIL_SPREADS : clipSpreads;
      past.add(
        hour,
        Math.min(Math.abs(deviation), spread === undefined ? Infinity : most * spread),
      );
    };
    return spread === undefined
      ? undefined
      : { basis, hours, score: deviation / spread, expected, spread };
  };
  return { judge, learn: (isEvent) => learned?.(isEvent) };
}

/** The median of the hours that a season compares with; `undefined` if there are too few. */
function expectedBy(basis: Basis, means: readonly number[], hour: number): number | undefined {
  if (basis === 'week') return undefined;
  const same =
    basis === 'hour-of-day'
      ? before(means, [hour], DAY_HOURS, 7)
      : before(means, [hour - 1, hour, hour + 1], WEEK_HOURS, 4);
  return same.length >= LEAST_DAYS ? median(same) : undefined;
}

/** Values one, two, three… periods before some hours, as far as the series goes back. */
function before(
  values: readonly number[],
  hours: readonly number[],
  period: number,
  times: number,
): number[] {
  const earlier: number[] = [];
  for (const hour of hours) {
    for (let count = 1; count <= times; count += 1) {
      const value = values[hour - count * period];
      if (value !== undefined) earlier.push(value);
    }
  }
  return earlier;
}

/** Distances of four weeks. Sums their squares by day, since adding up all of them takes several times as long. */
function rememberDistances() {
  const distances = createSlidingWindow(REMEMBERED_DAYS * DAY_HOURS);
  const days: { squares: number; hours: number }[] = [];
  return {
    add(hour: number, distance: number): void {
      distances.add(distance);
      if (hour % DAY_HOURS === 0) days.push({ squares: 0, hours: 0 });
      if (days.length > REMEMBERED_DAYS) days.shift();
      const today = days.at(-1);
      if (!today) return;
      today.squares += distance * distance;
      today.hours += 1;
    },

    /** `undefined` if there are too few, or nearly all are zero. */
    spread(least: number): number | undefined {
      const { length } = distances.ascending;
      const tail = quantile(distances.ascending, TAIL);
      if (length < LEAST_DEVIATIONS || !(tail > 0)) return undefined;
      let [squares, hours] = [0, 0];
      for (const day of days) {
        squares += day.squares;
        hours += day.hours;
      }
      return Math.max(Math.sqrt(squares / hours), tail / TAIL_SPREADS, least);
    },
  };
}
