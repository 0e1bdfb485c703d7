import { median, robustSpread } from '../series/robust.ts';
import { DAYS_PER_WEEK, weekdayProfile, withoutWeekdays } from '../series/weekday-profile.ts';

const WINDOW_DAYS = 21;
const LEAST_DAYS = 14;
const SPREADS = 3;

/**
 * Limits single spikes and gaps to three robust spreads around the previous three weeks and the day
 * itself (winsorizing: Dixon, 1960). Judges each day only by what was known on it, so a back-test
 * on the result sees nothing of the future. A lasting new level moves the median within two weeks
 * and is kept.
 * @param from first day to judge; earlier days stay unchanged
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
