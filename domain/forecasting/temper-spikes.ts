import { median, robustSpread } from '../series/robust.ts';
import { DAYS_PER_WEEK, weekdayProfile, withoutWeekdays } from '../series/weekday-profile.ts';

const WINDOW_DAYS = 21;
const LEAST_DAYS = 14;
const SPREADS = 3;

/**
 * The series with single spikes and holes brought to three robust spreads of the three weeks before
 * and the day itself (winsorizing: Dixon, 1960). Each day is judged by what was known on it, so that
 * a back-test over the result sees nothing that lay ahead. A level that lasts moves the median
 * within two weeks and is left alone.
 * @param from first day that is judged; earlier days stay as they are
 */
export function temperSpikes(series: readonly number[], from: number): number[] {
  const tempered = [...series];
  for (let day = Math.max(LEAST_DAYS, from); day < series.length; day += 1) {
    const profile = weekdayProfile(series, day + 1);
    const levels = withoutWeekdays(series, profile, WINDOW_DAYS, day + 1);
    const middle = median(levels);
    const reach = SPREADS * robustSpread(levels, middle);
    const level = levels.at(-1) ?? 0;
    const factor = profile[day % DAYS_PER_WEEK] ?? 1;
    if (Math.abs(level - middle) > reach) {
      tempered[day] = Math.max(0, (middle + Math.sign(level - middle) * reach) * factor);
    }
  }
  return tempered;
}
