import { mean } from '../series/robust.ts';

const DAY_HOURS = 24;
const WEEK_DAYS = 7;
/** As for lasting steps: a third more than before is another level. */
const MOST_ABOVE = 1.35;
/** Hours say something together if usually one part in so many of a day's cost falls in them. */
const LEAST_PARTS = 12;

/**
 * Whether spending came back after hours above the usual: the hours since, at most a day, cost about
 * what they did in the week before. What the detectors expect says less, because in half a week they
 * take a new level for usual.
 * @param values hours, oldest first
 * @param spike positions of its first hour and its last
 */
export function isBack(
  values: readonly number[],
  { from, to }: { from: number; to: number },
): boolean {
  const first = Math.max(to + 1, values.length - DAY_HOURS);
  const rest = positions(first, values.length);
  const usualOf = (hours: readonly number[], period: number): number =>
    sumOf(hours, (hour) => mean(sameHours(values, hour, { before: from, period })) || 0);
  const usual = usualOf(rest, DAY_HOURS);
  const usualDay = usualOf(positions(first, first + DAY_HOURS), DAY_HOURS);
  if (rest.length < DAY_HOURS && !(usual > 0 && usual * LEAST_PARTS >= usualDay)) return false;
  const actual = sumOf(rest, (hour) => values[hour] ?? 0);
  // A Monday is no more than the Monday before, whatever the weekend was.
  return actual <= MOST_ABOVE * Math.max(usual, usualOf(rest, WEEK_DAYS * DAY_HOURS));
}

const positions = (first: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);

/** The values whole periods before an hour, in the week before a spike. */
function sameHours(
  values: readonly number[],
  hour: number,
  { before, period }: { before: number; period: number },
): number[] {
  const newest = hour - Math.ceil((hour - before + 1) / period) * period;
  const earliest = Math.max(0, before - WEEK_DAYS * DAY_HOURS);
  const same: number[] = [];
  for (let at = newest; at >= earliest; at -= period) same.push(values[at] ?? 0);
  return same;
}

const sumOf = (hours: readonly number[], of: (hour: number) => number): number =>
  hours.reduce((sum, hour) => sum + of(hour), 0);
