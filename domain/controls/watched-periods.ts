import { type Period, periodAt, type PeriodSpan } from '../periods.ts';
import { QUARTER_MS, quarterOf } from '../reporting/aggregates.ts';

/** For so long after a period's end it is still watched: its last spend may have come late. */
export const WATCHED_AFTER_END_MS = 3_600_000;

/** The periods to watch at an instant: the current one, and shortly after its start the one before. */
export function watchedPeriods(period: Period, nowMs: number, timeZone: string): PeriodSpan[] {
  const current = periodAt(period, nowMs, timeZone);
  if (nowMs - current.startsAtMs >= WATCHED_AFTER_END_MS) return [current];
  return [current, periodAt(period, current.startsAtMs - 1, timeZone)];
}

/** The UTC days (`2026-11-21`) of a UTC period, up to the one that holds `nowMs`. */
export function daysOfPeriod({ startsAtMs, endsAtMs }: PeriodSpan, nowMs: number): string[] {
  const days: string[] = [];
  for (let dayMs = startsAtMs; dayMs < endsAtMs && dayMs <= nowMs; dayMs += 86_400_000) {
    days.push(new Date(dayMs).toISOString().slice(0, 10));
  }
  return days;
}

/** So long a sum may take from its clock to the table: a sum of a quarter may come after its end. */
const LATE_WRITE_MS = 60_000;
/** A monitor that stood still for longer does not look further back. */
const LOOK_BACK_MS = 86_400_000;

/**
 * The quarters of an hour in which something may have changed since all was watched, oldest first.
 * @param watchedUntilMs when the last run started that saw everything; `undefined` before the first
 */
export function quartersToWatch(watchedUntilMs: number | undefined, nowMs: number): string[] {
  const earliest = nowMs - LOOK_BACK_MS;
  const fromMs = Math.max((watchedUntilMs ?? earliest) - LATE_WRITE_MS, earliest);
  const quarters: string[] = [];
  for (let atMs = fromMs - (fromMs % QUARTER_MS); atMs <= nowMs; atMs += QUARTER_MS) {
    quarters.push(quarterOf(atMs));
  }
  return quarters;
}
