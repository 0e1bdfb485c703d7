import { type Period, periodAt, type PeriodSpan } from '../periods.ts';

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
