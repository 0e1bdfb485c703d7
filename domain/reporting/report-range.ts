import { periodAt } from '../periods.ts';
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

/**
 * The smallest range of whole hours that covers what was requested, because costs are stored by
 * hour.
 */
export function coveringRange({ fromMs, toMs }: ReportRange): ReportRange {
  return {
    fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS,
    toMs: Math.ceil(toMs / HOUR_MS) * HOUR_MS,
  };
}

/**
 * The whole hours that begin within a range. If ranges are laid end to end, each hour is in exactly
 * one, also where a time zone's days begin within a UTC hour.
 */
export const hoursBeginningIn = ({ fromMs, toMs }: ReportRange): ReportRange => ({
  fromMs: Math.ceil(fromMs / HOUR_MS) * HOUR_MS,
  toMs: Math.ceil(toMs / HOUR_MS) * HOUR_MS,
});

/** What a caller asks for. Both ends may be left out. */
export type RequestedRange = { from?: number | undefined; to?: number | undefined };

/**
 * Why the requested ends would count an hour in two ranges, naming the field, or `undefined` if they
 * do not: costs are kept by UTC hour, so an end within an hour has no exact sum. An end that is not
 * over yet may lie within one, because its rest is still empty.
 */
export function boundsFault(
  { from, to }: RequestedRange,
  nowMs: number,
): { field: 'from' | 'to'; message: string } | undefined {
  for (const [field, atMs] of [['from', from] as const, ['to', to] as const]) {
    if (atMs === undefined || atMs % HOUR_MS === 0) continue;
    if (field === 'to' && atMs > nowMs) continue;
    const [before, after] = [Math.floor, Math.ceil].map((round) =>
      instantText(round(atMs / HOUR_MS) * HOUR_MS),
    );
    return {
      field,
      message: `is ${instantText(atMs)}, within a UTC hour, and costs are kept by whole UTC hours, so days of time zones such as Asia/Kolkata (+05:30) have no exact sum; send ${before} or ${after}, or export single records with groupBy record (POST /v1/reports/exports)`,
    };
  }
  return undefined;
}

const instantText = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z');

/**
 * The requested range. Without an end it ends now; without a start it begins with the end's UTC
 * month.
 */
export function reportRangeOf({ from, to }: RequestedRange, nowMs: number): ReportRange {
  const toMs = to ?? nowMs + 1;
  return { fromMs: from ?? periodAt('monthly', toMs - 1, 'UTC').startsAtMs, toMs };
}

/** Why a range cannot be reported, naming the field, or `undefined` if it can. */
export function rangeFault(
  { fromMs, toMs }: ReportRange,
  granularity: ReportGranularity,
): { field: 'from' | 'to'; message: string } | undefined {
  if (toMs <= fromMs) {
    return { field: 'to', message: 'must be later than from (the end is exclusive)' };
  }
  const days = MAX_RANGE_DAYS[granularity];
  if (toMs - fromMs > days * DAY_MS) {
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

/** Splits a range by day. */
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
