import { type Calendared, periodBefore, periodOf } from '../ledger/calendar.ts';
import type { Period, PeriodSpan } from '../periods.ts';
import { endOfBucket, quarterOf, startOfBucket } from '../reporting/aggregates.ts';

/** A period is watched for this long after it ends, because its last spend may arrive late. */
export const WATCHED_AFTER_END_MS = 3_600_000;

/** The UTC periods to watch now: the current one and, shortly after it starts, the previous one. */
export const watchedPeriods = (period: Period, nowMs: number): PeriodSpan[] =>
  watchedPeriodsOf({ period, timeZone: 'UTC', createdAtMs: 0 }, nowMs);

/** A budget's periods to watch now, by its own calendar. A `total` has only one. */
export function watchedPeriodsOf(budget: Calendared, nowMs: number): PeriodSpan[] {
  const current = periodOf(budget, nowMs);
  if (nowMs - current.startsAtMs >= WATCHED_AFTER_END_MS) return [current];
  const before = periodBefore(budget, current);
  return before ? [current, before] : [current];
}

/**
 * A budget's periods to review: those watched now, and earlier ones that hold UTC days whose spend
 * changed.
 */
export function reviewedPeriodsOf(
  budget: Calendared,
  nowMs: number,
  changedDays: readonly string[] = [],
): PeriodSpan[] {
  const spans = new Map(watchedPeriodsOf(budget, nowMs).map((span) => [span.key, span]));
  for (const day of changedDays) {
    for (const atMs of [startOfBucket(day), endOfBucket(day) - 1]) {
      const span = periodOf(budget, atMs);
      if (span.startsAtMs <= nowMs && !spans.has(span.key)) spans.set(span.key, span);
    }
  }
  return [...spans.values()];
}

/** The UTC periods to review: those watched now, and earlier ones that hold a changed day. */
export const reviewedPeriods = (
  period: Period,
  nowMs: number,
  changedDays: readonly string[],
): PeriodSpan[] =>
  reviewedPeriodsOf({ period, timeZone: 'UTC', createdAtMs: 0 }, nowMs, changedDays);

/** The UTC days (`2026-11-21`) of a UTC period, up to and including today. */
export function daysOfPeriod({ startsAtMs, endsAtMs }: PeriodSpan, nowMs: number): string[] {
  const days: string[] = [];
  for (let dayMs = startsAtMs; dayMs < endsAtMs && dayMs <= nowMs; dayMs += 86_400_000) {
    days.push(new Date(dayMs).toISOString().slice(0, 10));
  }
  return days;
}

/**
 * How long a sum may take to reach the table. A quarter's last sum can arrive after the quarter
 * ends.
 */
const LATE_WRITE_MS = 60_000;
/** After a longer outage the monitor looks back only this far. */
const LOOK_BACK_MS = 86_400_000;

/**
 * The first quarter hour that may have changed since the last complete run.
 * @param watchedUntilMs start of the last complete run; `undefined` before the first one
 */
export function quarterToWatchFrom(watchedUntilMs: number | undefined, nowMs: number): string {
  const earliest = nowMs - LOOK_BACK_MS;
  return quarterOf(Math.max((watchedUntilMs ?? earliest) - LATE_WRITE_MS, earliest));
}
