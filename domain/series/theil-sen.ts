import { median } from './robust.ts';
import { DAYS_PER_WEEK } from './weekday-profile.ts';

/**
 * Slope per day of the line of Theil (1950) and Sen (1968): the median slope between days that are
 * whole weeks apart, so that weekdays do not tilt it. 0 for a week or less.
 */
export function theilSen(values: readonly number[]): number {
  const slopes: number[] = [];
  for (let from = 0; from < values.length; from += 1) {
    for (let to = from + DAYS_PER_WEEK; to < values.length; to += DAYS_PER_WEEK) {
      slopes.push(((values[to] ?? 0) - (values[from] ?? 0)) / (to - from));
    }
  }
  return slopes.length > 0 ? median(slopes) : 0;
}
