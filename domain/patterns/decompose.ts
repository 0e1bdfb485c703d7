import { mean, median, robustSpread } from '../series/robust.ts';
import { theilSen } from '../series/theil-sen.ts';
import { DAYS_PER_WEEK } from '../series/weekday-profile.ts';

/** Mean absolute value of a normal variable, in standard deviations. */
const NORMAL_MEAN_SIZE = Math.sqrt(2 / Math.PI);
/** Variance of a median divided by that of a mean, for normal variables. */
const MEDIAN_VARIANCE = Math.PI / 2;
const SPIKE_SPREADS = 3.5;
const HIGH_SPIKE_SPREADS = 6;
const LEAST_SPREAD = 0.01;
/** Share of the mean day, added before taking logarithms. */
const OFFSET_SHARE = 0.05;

/**
 * The parts of a daily series, as mean absolute sizes on a logarithmic scale: 0.1 is about 10 %.
 */
export type Parts = {
  season: number;
  trend: number;
  spikes: number;
  noise: number;
  /** How far the level wanders from the trend line. */
  wander: number;
  /** Change per day, as a logarithm. */
  slope: number;
  /** Number of days beyond 3.5 and 6 robust spreads. */
  spikeDays: number;
  highSpikeDays: number;
  /** Logarithms without the weekday effect, of the days that tell the trend. */
  levels: number[];
  /** Logarithms without the level. */
  deviations: number[];
};

/**
 * Splits logarithms into level, weekdays and rest by running medians, like a robust seasonal
 * decomposition (in the spirit of Cleveland et al., 1990), and the level into the Theil-Sen line
 * and its deviations from it. Subtracts noise in the weekday medians from the season.
 * @param trendFrom the first day that tells the trend
 */
export function decompose(days: readonly number[], trendFrom = 0): Parts {
  const offset = OFFSET_SHARE * mean(days) || Number.MIN_VALUE;
  const logs = days.map((value) => Math.log(value + offset));
  const week = runningMedians(logs, 3);
  const deviations = logs.map((value, day) => value - (week[day] ?? 0));
  const weekdays = weekdayMedians(deviations);
  const levels = logs.map((value, day) => value - (weekdays[day % DAYS_PER_WEEK] ?? 0));
  const fortnight = runningMedians(levels, 7);
  const rests = levels.map((value, day) => value - (fortnight[day] ?? 0));
  const weeks = Math.max(1, days.length / DAYS_PER_WEEK);
  const spread =
    Math.max(LEAST_SPREAD, robustSpread(rests, 0)) * Math.sqrt(weeks / Math.max(1, weeks - 1));
  const noise = NORMAL_MEAN_SIZE * spread;
  const season = mean(weekdays.map(Math.abs)) ** 2 - (MEDIAN_VARIANCE * noise ** 2) / weeks;
  const spikes = rests.filter((rest) => Math.abs(rest) > SPIKE_SPREADS * spread);
  const trended = levels.slice(trendFrom);
  const slope = theilSen(trended);
  const start = median(trended.map((value, day) => value - slope * day));
  return {
    season: Math.sqrt(Math.max(0, season)),
    trend: Math.abs(slope * trended.length) / 4,
    spikes: spikes.reduce((sum, rest) => sum + Math.abs(rest), 0) / days.length,
    noise,
    wander: mean(
      fortnight.slice(trendFrom).map((level, day) => Math.abs(level - slope * day - start)),
    ),
    slope,
    spikeDays: spikes.length,
    highSpikeDays: spikes.filter((rest) => Math.abs(rest) > HIGH_SPIKE_SPREADS * spread).length,
    levels: trended,
    deviations,
  };
}

/** Medians by weekday, shifted to a mean of 0. */
function weekdayMedians(deviations: readonly number[]): number[] {
  const medians = Array.from({ length: DAYS_PER_WEEK }, (_, weekday) => {
    const same = deviations.filter((_value, day) => day % DAYS_PER_WEEK === weekday);
    return same.length > 0 ? median(same) : 0;
  });
  const center = mean(medians);
  return medians.map((item) => item - center);
}

/** Medians of windows of `2 · reach + 1`, shifted inward at both ends. */
function runningMedians(values: readonly number[], reach: number): number[] {
  const width = 2 * reach + 1;
  return values.map((_, index) => {
    const from = Math.max(0, Math.min(index - reach, values.length - width));
    return median(values.slice(from, from + width));
  });
}
