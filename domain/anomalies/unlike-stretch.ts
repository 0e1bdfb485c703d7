import { mean } from '../series/robust.ts';
import { DAY_HOURS } from './judge-days.ts';

const USUAL_DAYS = 14;
/** Hours that differ by less from what is usual say nothing. */
const CLEAR_FACTOR = 1.5;

type Found = { from: number; to: number; direction: 'above' | 'below'; expected: number };
type Stretch = { from: number; to: number; actual: number; expected: number };

/**
 * The hours that make days unlike others: of all stretches the one that differs most from what its
 * hours of the clock usually have, and half of it again (the maximum-sum segment; Kadane's method in Bentley, 1984). Usual
 * are the fortnight before, brought to what was expected of a day.
 */
export function unlikeStretch(
  series: readonly number[],
  { from, to, direction, expected }: Found,
): Stretch {
  const usual = usualHours(series, from, expected);
  const excessOf = (actual: number, ofHour: number): number =>
    direction === 'above' ? actual - CLEAR_FACTOR * ofHour : ofHour / CLEAR_FACTOR - actual;
  let best: Stretch & { excess: number } = { from, to: from, actual: 0, expected: 0, excess: -1 };
  let current = { ...best, excess: 0 };
  for (let hour = from; hour <= to; hour += 1) {
    if (current.excess <= 0) current = { from: hour, to: hour, actual: 0, expected: 0, excess: 0 };
    const actual = series[hour] ?? 0;
    const ofHour = usual[(hour - from) % DAY_HOURS] ?? 0;
    current = {
      from: current.from,
      to: hour,
      actual: current.actual + actual,
      expected: current.expected + ofHour,
      excess: current.excess + excessOf(actual, ofHour),
    };
    if (current.excess > best.excess) best = current;
  }
  const { excess: _, ...stretch } = best;
  return stretch;
}

/** What each of the 24 hours from one on usually has, all together as much as is expected of a day. */
function usualHours(series: readonly number[], from: number, expected: number): number[] {
  const hours = Array.from({ length: DAY_HOURS }, (_, index) => {
    const before = Array.from({ length: USUAL_DAYS }, (_unused, day) => {
      return series[from + index - (day + 1) * DAY_HOURS];
    });
    return mean(before.filter((value) => value !== undefined));
  });
  const sum = hours.reduce((total, value) => total + value, 0);
  return hours.map((value) => (sum > 0 ? (value * expected) / sum : expected / DAY_HOURS));
}
