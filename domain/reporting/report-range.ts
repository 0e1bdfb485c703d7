import { DEFAULT_TIME_ZONE, periodAt, startOfDate } from '../periods.ts';
import { dayOf } from './aggregates.ts';

export const REPORT_GRANULARITIES = ['total', 'daily', 'hourly'] as const;
export type ReportGranularity = (typeof REPORT_GRANULARITIES)[number];

/** Whole UTC hours from `fromMs` to `toMs` (exclusive). */
export type ReportRange = { fromMs: number; toMs: number };

/** The part of a range within one UTC day: the whole day, or some hours of it. */
export type ReportSegment = ReportRange & { day: string; whole: boolean };

/** Maximum range in days, by granularity. */
export const MAX_RANGE_DAYS: Record<ReportGranularity, number> = {
  total: 400,
  daily: 400,
  hourly: 31,
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The end of the hour that an instant is in; the instant itself at a whole hour. */
const wholeHour = (atMs: number): number => Math.ceil(atMs / HOUR_MS) * HOUR_MS;

/**
 * The whole hours that begin within a range, because costs are kept by UTC hour. If ranges are laid
 * end to end, each hour is in exactly one, also where a time zone's days begin within a UTC hour.
 */
export const hoursBeginningIn = ({ fromMs, toMs }: ReportRange): ReportRange => ({
  fromMs: wholeHour(fromMs),
  toMs: wholeHour(toMs),
});

/** An end of a range: a calendar date begins when it does in the time zone; an instant is one. */
export type RangeEnd = { date: string } | { atMs: number };

/** What a caller asks for. Both ends may be left out. */
export type RequestedRange = { from?: RangeEnd | undefined; to?: RangeEnd | undefined };

type RangeFault = { field: 'from' | 'to'; message: string };

/**
 * Why the requested ends would count an hour in two ranges, naming the field, or `undefined` if they
 * do not: costs are kept by UTC hour, so an instant within an hour has no exact sum. An end that is
 * not over yet may lie within one, because its rest is still empty.
 */
export function boundsFault({ from, to }: RequestedRange, nowMs: number): RangeFault | undefined {
  for (const [field, end] of [['from', from] as const, ['to', to] as const]) {
    if (!end || 'date' in end || end.atMs % HOUR_MS === 0) continue;
    if (field === 'to' && end.atMs > nowMs) continue;
    const [before, after] = [Math.floor, Math.ceil].map((round) =>
      instantText(round(end.atMs / HOUR_MS) * HOUR_MS),
    );
    return {
      field,
      message: `is ${instantText(end.atMs)}, within a UTC hour, and costs are kept by whole UTC hours; send ${before} or ${after}, a date with timeZone for a day of a zone such as Asia/Kolkata (+05:30), or export single records with groupBy record (POST /v1/reports/exports)`,
    };
  }
  return undefined;
}

const instantText = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z');

/**
 * The requested range in a time zone, to the millisecond. Without an end it ends now; without a
 * start it begins with the end's month.
 */
export function reportRangeOf(
  { from, to }: RequestedRange,
  nowMs: number,
  timeZone: string,
): ReportRange {
  const toMs = to ? startOf(to, timeZone) : nowMs + 1;
  const monthMs = periodAt('monthly', toMs - 1, timeZone).startsAtMs;
  return { fromMs: from ? startOf(from, timeZone) : monthMs, toMs };
}

/**
 * The whole hours of the requested range: those that begin in it. Without a start it begins with the
 * month in which its last hour begins.
 */
export function hoursRequested(
  requested: RequestedRange,
  nowMs: number,
  timeZone: string,
): ReportRange {
  const { fromMs, toMs } = hoursBeginningIn(reportRangeOf(requested, nowMs, timeZone));
  if (requested.from) return { fromMs, toMs };
  const monthMs = periodAt('monthly', toMs - HOUR_MS, timeZone).startsAtMs;
  return { fromMs: wholeHour(monthMs), toMs };
}

/** The first whole hour of an end. */
export const wholeHourOf = (end: RangeEnd, timeZone: string): number =>
  wholeHour(startOf(end, timeZone));

const startOf = (end: RangeEnd, timeZone: string): number =>
  'date' in end ? startOfDate(end.date, timeZone) : end.atMs;

/** Why a range cannot be reported, naming the field, or `undefined` if it can. */
export function rangeFault(
  { fromMs, toMs }: ReportRange,
  granularity: ReportGranularity,
): RangeFault | undefined {
  if (toMs <= fromMs) {
    return { field: 'to', message: 'must be later than from (the end is exclusive)' };
  }
  const days = MAX_RANGE_DAYS[granularity];
  // A time zone whose clocks are set back has an hour more.
  if (toMs - fromMs > days * DAY_MS + HOUR_MS) {
    return { field: 'from', message: `must be at most ${days} days before to (${granularity})` };
  }
  return undefined;
}

/** Keeps a response below the size that a function may return, unless names are long. */
const MAX_REPORT_ROWS = 10_000;

/** Why a report with this many rows is too large, naming the field, or `undefined` if it is not. */
export function rowsFault(
  rows: number,
  granularity: ReportGranularity,
): { field: 'groupBy' | 'granularity'; message: string } | undefined {
  if (rows <= MAX_REPORT_ROWS) return undefined;
  return {
    field: granularity === 'total' ? 'groupBy' : 'granularity',
    message: `makes ${rows} rows, and a report has at most ${MAX_REPORT_ROWS}; ask for less, or export a file with POST /v1/reports/exports`,
  };
}

/** Splits a range by UTC day. */
export function segmentsOf({ fromMs, toMs }: ReportRange): ReportSegment[] {
  const segments: ReportSegment[] = [];
  for (let startMs = fromMs; startMs < toMs;) {
    const nextDayMs = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS;
    const endMs = Math.min(nextDayMs, toMs);
    segments.push({
      day: dayOf(startMs),
      fromMs: startMs,
      toMs: endMs,
      whole: endMs - startMs === DAY_MS,
    });
    startMs = endMs;
  }
  return segments;
}

/** Start of each hour in a range of whole hours. */
export const hoursIn = ({ fromMs, toMs }: ReportRange): number[] =>
  Array.from({ length: (toMs - fromMs) / HOUR_MS }, (_, hour) => fromMs + hour * HOUR_MS);

/** The part of a range of whole hours that counts in a local day: its hours begin in that day. */
export function localDayAt(
  atMs: number,
  { fromMs, toMs }: ReportRange,
  timeZone: string,
): ReportRange {
  const { startsAtMs, endsAtMs } = periodAt('daily', atMs, timeZone);
  const day = hoursBeginningIn({ fromMs: startsAtMs, toMs: endsAtMs });
  return { fromMs: Math.max(fromMs, day.fromMs), toMs: Math.min(toMs, day.toMs) };
}

/** Splits a range of whole hours by day of a time zone. */
export function localDaysOf(range: ReportRange, timeZone = DEFAULT_TIME_ZONE): ReportRange[] {
  const days: ReportRange[] = [];
  for (let atMs = range.fromMs; atMs < range.toMs;) {
    const day = localDayAt(atMs, range, timeZone);
    days.push(day);
    atMs = day.toMs;
  }
  return days;
}
