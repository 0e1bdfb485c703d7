import { localTime, nextLocalTime } from '../local-time.ts';
import { localDate, periodAt } from '../periods.ts';
import type { Dimension } from './dimensions.ts';
import { hoursBeginningIn, type ReportRange } from './report-range.ts';

export const REPORT_FREQUENCIES = ['daily', 'weekly', 'monthly'] as const;
export type ReportFrequency = (typeof REPORT_FREQUENCIES)[number];

/** What a mailed report is about: what was spent, or what was saved. */
export const REPORT_SUBJECTS = ['costs', 'savings'] as const;
export type ReportSubject = (typeof REPORT_SUBJECTS)[number];

export const MAX_SUBSCRIPTIONS = 20;

/** A report that is mailed for every past day, week (from Monday) or month in a time zone. */
export type ReportSubscription = {
  name: string;
  report: ReportSubject;
  frequency: ReportFrequency;
  timeZone: string;
  /** Hour of sending, 0 to 23: every day, on Mondays, or on the first of the month. */
  hour: number;
  to: readonly string[];
  /** Only for costs; a report of savings is of the whole organization. */
  groupBy: Dimension;
};

type Schedule = Pick<ReportSubscription, 'frequency' | 'timeZone' | 'hour'>;

const MOST_DAYS = 32;

/** The first time after the given one at which the report is due, epoch ms. */
export function nextReportAt({ frequency, timeZone, hour }: Schedule, afterMs: number): number {
  const time = `${String(hour).padStart(2, '0')}:00`;
  let dueMs = nextLocalTime(afterMs, time, timeZone);
  for (let day = 0; day < MOST_DAYS; day += 1) {
    const date = localDate(dueMs, timeZone);
    if (frequency === 'daily') return dueMs;
    if (frequency === 'weekly' && new Date(date).getUTCDay() === 1) return dueMs;
    if (frequency === 'monthly' && date.endsWith('-01')) return dueMs;
    dueMs = nextLocalTime(dueMs, time, timeZone);
  }
  throw new Error(`no ${frequency} report is due within ${MOST_DAYS} days`);
}

/**
 * The most recent time at which a report was due, given that it has been due since `dueMs`. Epoch
 * ms.
 */
export function lastReportAt(schedule: Schedule, dueMs: number, nowMs: number): number {
  const nextMs = nextReportAt(schedule, dueMs);
  return nextMs > nowMs ? dueMs : lastReportAt(schedule, nextMs, nowMs);
}

/**
 * The whole hours of the period that a report due at this time covers, and those of the previous
 * period to compare it with. An hour that spans midnight counts in the day in which it begins.
 */
export function reportedPeriods(
  { frequency, timeZone }: Schedule,
  dueMs: number,
): { period: ReportRange; before: ReportRange } {
  const todayMs = periodAt('daily', dueMs, timeZone).startsAtMs;
  const period = periodBefore(frequency, todayMs, timeZone);
  const before = periodBefore(frequency, period.fromMs, timeZone);
  return { period: hoursBeginningIn(period), before: hoursBeginningIn(before) };
}

/**
 * The period in words: its days and time zone, or its exact bounds where days begin within an hour.
 */
export function periodText({ fromMs, toMs }: ReportRange, timeZone: string): string {
  const isExact = [fromMs, toMs].every(
    (atMs) => periodAt('daily', atMs, timeZone).startsAtMs === atMs,
  );
  if (!isExact) {
    const [from, to] = [fromMs, toMs].map(
      (atMs) => `${localDate(atMs, timeZone)} ${localTime(atMs, timeZone)}`,
    );
    return `${from} to ${to} (${timeZone}; costs are kept by whole UTC hours)`;
  }
  const days = [localDate(fromMs, timeZone), localDate(toMs - 1, timeZone)];
  return `${[...new Set(days)].join(' to ')} (${timeZone})`;
}

function periodBefore(frequency: ReportFrequency, toMs: number, timeZone: string): ReportRange {
  if (frequency === 'monthly') {
    return { fromMs: periodAt('monthly', toMs - 1, timeZone).startsAtMs, toMs };
  }
  let fromMs = toMs;
  for (let day = 0; day < (frequency === 'daily' ? 1 : 7); day += 1) {
    fromMs = periodAt('daily', fromMs - 1, timeZone).startsAtMs;
  }
  return { fromMs, toMs };
}
