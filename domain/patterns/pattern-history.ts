import { withoutGaps } from '../series/gaps.ts';
import { stepDays } from '../series/lasting-steps.ts';
import { dayOf, startOfBucket } from '../reporting/aggregates.ts';
import {
  type Classified,
  classifyPattern,
  type Evidence,
  LEAST_PATTERN_DAYS,
  type Pattern,
} from './classify-pattern.ts';

/** Why a series got a name: its first one, evidence that lasted, or evidence that leaves no doubt. */
export const NAMING_REASONS = ['first', 'lasting', 'clear'] as const;

/** A name that a series got, and the evidence of that day. */
export type NamedPattern = {
  pattern: Pattern;
  /** The last UTC day that was known when it got the name. */
  since: string;
  reason: (typeof NAMING_REASONS)[number];
  /** Percent change of the level per week. */
  weeklyChangePercent: number;
  /** Absent for `steady`, which is the absence of evidence. */
  evidence?: Evidence | undefined;
};

/** The names of a series over time. */
export type PatternHistory = {
  /** Oldest first; the last one is in force. */
  names: NamedPattern[];
  /** The last UTC day of the latest review. */
  reviewedUntil: string;
  /** Another name that the latest reviews suggest, and how many did in a row. */
  challenger?: { pattern: Pattern; weeks: number } | undefined;
};

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** Reviews in a row that must suggest the same name before it replaces the one in force. */
export const LASTING_WEEKS = 5;
/**
 * A pattern that makes up this share of all movement needs no further week. Spikes always do: they
 * stand out by definition, and the first weekends of a seasonal pattern look like them.
 */
export const CLEAR_STRENGTH = 0.75;
/** More names than anyone reads; the oldest go. */
const MOST_NAMES = 20;

/** Whole days of a series, and the first one's UTC day. */
type Days = { values: readonly (number | undefined)[]; firstDay: string };

/**
 * Reviews a series once for each week that has passed since the last review, and returns the new
 * history; `undefined` before there are two weeks of days. A name stays until evidence against it
 * lasts five weeks or leaves no doubt: two thresholds instead of one (hysteresis; Schmitt, 1938), so
 * that a series near one of them does not change its name every week.
 * @param history what an earlier review returned; without one, all weeks of the series are reviewed
 */
export function followPattern(
  history: PatternHistory | undefined,
  { values, firstDay }: Days,
): PatternHistory | undefined {
  let current = history;
  const startMs = startOfBucket(firstDay);
  const reviewedDays = history
    ? Math.round((startOfBucket(history.reviewedUntil) - startMs) / DAY_MS) + 1
    : LEAST_PATTERN_DAYS - WEEK_DAYS;
  const allSteps = stepDays(withoutGaps(values));
  for (let days = reviewedDays + WEEK_DAYS; days <= values.length; days += WEEK_DAYS) {
    if (days < LEAST_PATTERN_DAYS) continue;
    const until = dayOf(startMs + (days - 1) * DAY_MS);
    current = reviewed(current, classifyPattern(values.slice(0, days), allSteps), until);
  }
  return current;
}

/**
 * The day through which a series counts as reviewed before it has two weeks: the last one of its
 * first week, so that it is due when it has them.
 */
export const unreviewedUntil = (firstDay: string): string =>
  dayOf(startOfBucket(firstDay) + (LEAST_PATTERN_DAYS - WEEK_DAYS - 1) * DAY_MS);

/** Whether a week has passed between the last review and the end of this UTC day. */
export const isReviewDue = (
  { reviewedUntil }: Pick<PatternHistory, 'reviewedUntil'>,
  day: string,
): boolean => startOfBucket(day) - startOfBucket(reviewedUntil) >= WEEK_DAYS * DAY_MS;

/** The history after one more review. */
function reviewed(
  history: PatternHistory | undefined,
  classified: Classified,
  until: string,
): PatternHistory {
  const { pattern, weeklyChangePercent } = classified;
  const evidence = classified.evidence.find((item) => item.pattern === pattern);
  const named = (reason: NamedPattern['reason']): NamedPattern => ({
    pattern,
    since: until,
    reason,
    weeklyChangePercent,
    evidence,
  });
  const inForce = history?.names.at(-1);
  if (!history || !inForce) return { names: [named('first')], reviewedUntil: until };
  const { names } = history;
  if (pattern === inForce.pattern) return { names, reviewedUntil: until };
  const { challenger } = history;
  const weeks = challenger?.pattern === pattern ? challenger.weeks + 1 : 1;
  const isClear = pattern !== 'spiky' && (evidence?.strength ?? 0) >= CLEAR_STRENGTH;
  if (!isClear && weeks < LASTING_WEEKS) {
    return { names, reviewedUntil: until, challenger: { pattern, weeks } };
  }
  const all = [...names, named(isClear ? 'clear' : 'lasting')];
  return { names: all.slice(-MOST_NAMES), reviewedUntil: until };
}
