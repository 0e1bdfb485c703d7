import { mean } from '../series/robust.ts';
import { DAY_HOURS } from './judge-days.ts';

const USUAL_DAYS = 14;
/** Hours that differ from the usual by less than this factor do not count. */
const CLEAR_FACTOR = 1.5;
/** Share of a stretch's excess. Hours at its ends that add less are cut off. */
const WEAK_SHARE = 0.05;

type Found = { from: number; to: number; direction: 'above' | 'below'; expected: number };
type Stretch = { from: number; to: number; actual: number; expected: number };

/**
 * Finds the hours that make days unusual: the stretch that differs most from 1.5 times what its
 * clock hours usually have (the maximum-sum segment; Kadane's method in Bentley, 1984), without
 * ends that add little. The usual values come from the previous two weeks, scaled to the expected
 * day.
 */
export function unlikeStretch(
  series: readonly number[],
  { from, to, direction, expected }: Found,
): Stretch {
  const usual = usualHours(series, from, expected);
  const hours = Array.from({ length: to - from + 1 }, (_, index) => {
    const actual = series[from + index] ?? 0;
    const ofHour = usual[index % DAY_HOURS] ?? 0;
    const excess =
      direction === 'above' ? actual - CLEAR_FACTOR * ofHour : ofHour / CLEAR_FACTOR - actual;
    return { actual, expected: ofHour, excess };
  });
  const excesses = hours.map(({ excess }) => excess);
  const { first, last } = withoutWeakEnds(excesses, greatestSegment(excesses));
  const inside = hours.slice(first, last + 1);
  return {
    from: from + first,
    to: from + last,
    actual: sum(inside.map(({ actual }) => actual)),
    expected: sum(inside.map((hour) => hour.expected)),
  };
}

type Segment = { first: number; last: number };

/** Indexes of the run of values with the largest sum. */
function greatestSegment(values: readonly number[]): Segment {
  let best = { first: 0, last: 0, total: -Infinity };
  let current = { first: 0, total: 0 };
  for (const [last, value] of values.entries()) {
    if (current.total <= 0) current = { first: last, total: 0 };
    current = { ...current, total: current.total + value };
    if (current.total > best.total) best = { ...current, last };
  }
  return best;
}

/** Cuts both ends of a segment as long as they contribute no more than a weak share of its sum. */
function withoutWeakEnds(values: readonly number[], { first, last }: Segment): Segment {
  const inside = values.slice(first, last + 1);
  const weak = WEAK_SHARE * sum(inside);
  return {
    first: first + lengthOfWeakest(inside, weak),
    last: last - lengthOfWeakest(inside.toReversed(), weak),
  };
}

/** How many values can be cut from the start without removing more than `weak`. */
function lengthOfWeakest(values: readonly number[], weak: number): number {
  let total = 0;
  let length = 0;
  for (const [index, value] of values.entries()) {
    total += value;
    if (total > weak) return length;
    length = index + 1;
  }
  return 0;
}

/** What each of the next 24 hours usually has, scaled so that they add up to the expected day. */
function usualHours(series: readonly number[], from: number, expected: number): number[] {
  const hours = Array.from({ length: DAY_HOURS }, (_, index) => {
    const before = Array.from({ length: USUAL_DAYS }, (_unused, day) => {
      return series[from + index - (day + 1) * DAY_HOURS];
    });
    return mean(before.filter((value) => value !== undefined));
  });
  const total = sum(hours);
  return hours.map((value) => (total > 0 ? (value * expected) / total : expected / DAY_HOURS));
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
