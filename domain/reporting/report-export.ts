import type { NanoUsd } from '../money.ts';
import type { Dimension } from './dimensions.ts';
import { FILE_ENDINGS, reportFileName } from './report-file-name.ts';
import {
  MAX_RANGE_DAYS,
  rangeFault,
  type ReportGranularity,
  type ReportRange,
  segmentsOf,
} from './report-range.ts';

export const EXPORT_FORMATS = ['csv', 'focus', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A report that is written to files: rows of sums, or every usage record with its own row. */
export type ExportRequest = {
  groupBy: Dimension | 'record';
  /** For usage records: `total`, which is ignored. */
  granularity: ReportGranularity;
  format: ExportFormat;
  /** For sums: whole UTC hours. */
  range: ReportRange;
};

/** One file of an export; most exports have one. Each can be read without the others. */
export type ExportFile = {
  objectKey: string;
  fileName: string;
  rows: number;
  bytes: number;
  totalNanoUsd: NanoUsd;
};

export const EXPORT_STATES = ['queued', 'running', 'done', 'failed'] as const;

export type ReportExport = {
  exportId: string;
  organizationId: string;
  request: ExportRequest;
  requestedBy: string;
  requestedAtMs: number;
  /** When it was last worked on. */
  touchedAtMs: number;
  /** When its files and its mention go. */
  expiresAtMs: number;
  state: (typeof EXPORT_STATES)[number];
  files: ExportFile[];
  /** What is in none of them yet. */
  rest: ReportRange;
  /** What the run at work has not read yet. */
  unread: ReportRange;
  failure?: string | undefined;
};

export const EXPORT_KEPT_DAYS = 7;
/** What one credential may have at work, and in all; and what its whole organization may keep. */
export const MAX_UNFINISHED_EXPORTS = 2;
export const MAX_KEPT_EXPORTS = 20;
export const MAX_KEPT_OF_ORGANIZATION = 100;
/** The last takes what is left, and fails if that is too much. */
export const MAX_EXPORT_FILES = 100;

const DAY_MS = 86_400_000;
/** Longer than all attempts of one run wait for each other. */
const GIVEN_UP_AFTER_MS = 3_600_000;

/** Why an export cannot be made, naming the field, or `undefined` when it can. */
export function exportFault({
  groupBy,
  granularity,
  format,
  range,
}: ExportRequest): { field: string; message: string } | undefined {
  const days = (range.toMs - range.fromMs) / DAY_MS;
  const longest = MAX_RANGE_DAYS.total;
  if (days > longest)
    return { field: 'from', message: `must be at most ${longest} days before to` };
  if (groupBy !== 'record' && format === 'focus' && granularity === 'total') {
    return {
      field: 'granularity',
      message: 'must be daily or hourly for FOCUS, because a row has one billing period',
    };
  }
  return rangeFault(range, 'total');
}

/** The export as it is now: one that nobody has worked on for an hour was given up. */
export function currentExport(one: ReportExport, nowMs: number): ReportExport {
  if (!isUnfinished(one) || nowMs - one.touchedAtMs <= GIVEN_UP_AFTER_MS) return one;
  return { ...one, state: 'failed', failure: 'it failed after several attempts: request it again' };
}

/** Days of the range that are read, and all of them. */
export function exportProgress({ request, unread, state }: ReportExport): {
  daysDone: number;
  days: number;
} {
  const days = segmentsOf(request.range).length;
  if (state === 'done') return { daysDone: days, days };
  const doneMs = lengthMs(request.range) - lengthMs(unread);
  return { daysDone: Math.floor(doneMs / DAY_MS), days };
}

/** Whether a range has nothing in it. */
export const isEmptyRange = (range: ReportRange): boolean => lengthMs(range) <= 0;

const lengthMs = ({ fromMs, toMs }: ReportRange): number => toMs - fromMs;

/** Whether a run may still write to it. */
export const isUnfinished = ({ state }: ReportExport): boolean =>
  state === 'queued' || state === 'running';

/**
 * How room is made for one more export of a credential: its oldest finished one goes when it has its
 * number, and where the organization has its own, the oldest finished one of the credential with most. So
 * nobody is refused because of what others keep or have at work.
 * @returns what must go first, or why there is no room
 */
export function roomFor(
  requestedBy: string,
  kept: readonly ReportExport[],
  nowMs: number,
): { gone: ReportExport | undefined } | { fault: string } {
  const owned = Map.groupBy(kept, (item) => item.requestedBy);
  const own = owned.get(requestedBy) ?? [];
  const atWork = own.filter((item) => isUnfinished(currentExport(item, nowMs)));
  if (atWork.length >= MAX_UNFINISHED_EXPORTS) {
    return {
      fault: `Your credentials already have ${MAX_UNFINISHED_EXPORTS} exports in progress. Wait until one finishes, or delete one.`,
    };
  }
  if (own.length >= MAX_KEPT_EXPORTS) return { gone: oldestFinished(own, nowMs) };
  if (kept.length < MAX_KEPT_OF_ORGANIZATION) return { gone: undefined };
  const [most] = [...owned.values()]
    .filter((all) => oldestFinished(all, nowMs))
    .toSorted((left, right) => right.length - left.length);
  return most
    ? { gone: oldestFinished(most, nowMs) }
    : {
        fault: `Your organization already has ${MAX_KEPT_OF_ORGANIZATION} exports in progress. Wait until one finishes.`,
      };
}

function oldestFinished(all: readonly ReportExport[], nowMs: number): ReportExport | undefined {
  return all
    .filter((item) => !isUnfinished(currentExport(item, nowMs)))
    .toSorted((left, right) => left.requestedAtMs - right.requestedAtMs)[0];
}

/** As of the report that is answered at once, compressed; of a second file with `part-2` in it. */
export function exportFileName({ groupBy, format, range }: ExportRequest, part: number): string {
  const what = groupBy === 'record' ? 'usage' : `costs-by-${groupBy}`;
  const ending = `${FILE_ENDINGS[format]}.gz`;
  return reportFileName(what, range, part === 1 ? ending : `part-${part}.${ending}`);
}
