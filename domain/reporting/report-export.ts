import type { NanoUsd } from '../money.ts';
import type { Dimension } from './dimensions.ts';
import { FILE_ENDINGS, reportFileName } from './report-file-name.ts';
import {
  rangeFault,
  type ReportGranularity,
  type ReportRange,
  segmentsOf,
} from './report-range.ts';

export const EXPORT_FORMATS = ['csv', 'focus', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A report to write to files: rows of sums, or every usage record in its own row. */
export type ExportRequest = {
  groupBy: Dimension | 'record';
  /** Always `total` for usage records, which ignore it. */
  granularity: ReportGranularity;
  format: ExportFormat;
  /** Whole UTC hours if it is a report of sums. */
  range: ReportRange;
  /** Whose days the range and `daily` have. Default: UTC. */
  timeZone?: string | undefined;
  /** Whether each file begins with a byte order mark. */
  bom?: boolean | undefined;
};

/** One file of an export, readable on its own. Most exports have one. */
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
  /** When a run last worked on it. */
  touchedAtMs: number;
  /** When its files and its record are deleted. */
  expiresAtMs: number;
  state: (typeof EXPORT_STATES)[number];
  files: ExportFile[];
  /** The part that no file contains yet. */
  rest: ReportRange;
  /** The part that the current run has not read yet. */
  unread: ReportRange;
  failure?: string | undefined;
};

export const EXPORT_KEPT_DAYS = 7;
/** Limits for one credential's unfinished exports and its total, and for the whole organization. */
export const MAX_UNFINISHED_EXPORTS = 2;
export const MAX_KEPT_EXPORTS = 20;
export const MAX_KEPT_OF_ORGANIZATION = 100;
/** The last file takes everything left, and fails if that is too much. */
export const MAX_EXPORT_FILES = 100;

const DAY_MS = 86_400_000;
/** Longer than all retries of one run take. */
const GIVEN_UP_AFTER_MS = 3_600_000;

/** Why sums are not offered as FOCUS. */
export const NO_FOCUS_OF_SUMS =
  'must be record for FOCUS: each row needs one SKU and its prices, and a sum mixes several';

/** Why an export is not possible, naming the field, or `undefined` if it is. */
export function exportFault({
  groupBy,
  format,
  range,
}: ExportRequest): { field: string; message: string } | undefined {
  if (groupBy !== 'record' && format === 'focus')
    return { field: 'groupBy', message: NO_FOCUS_OF_SUMS };
  return rangeFault(range, 'total');
}

/** The export's current state. If no run worked on it for an hour, it counts as failed. */
export function currentExport(reportExport: ReportExport, nowMs: number): ReportExport {
  if (!isUnfinished(reportExport) || nowMs - reportExport.touchedAtMs <= GIVEN_UP_AFTER_MS)
    return reportExport;
  return {
    ...reportExport,
    state: 'failed',
    failure: 'it failed after several attempts: request it again',
  };
}

/** Days of the range already read, and their total. */
export function exportProgress({ request, unread, state }: ReportExport): {
  daysDone: number;
  days: number;
} {
  const days = segmentsOf(request.range).length;
  if (state === 'done') return { daysDone: days, days };
  const doneMs = lengthMs(request.range) - lengthMs(unread);
  return { daysDone: Math.floor(doneMs / DAY_MS), days };
}

/** Whether a range is empty. */
export const isEmptyRange = (range: ReportRange): boolean => lengthMs(range) <= 0;

const lengthMs = ({ fromMs, toMs }: ReportRange): number => toMs - fromMs;

/** Whether a run may still write to the export. */
export const isUnfinished = ({ state }: ReportExport): boolean =>
  state === 'queued' || state === 'running';

/**
 * Makes room for one more export of a credential. If the credential is at its limit, its oldest
 * finished export goes. If the organization is at its limit, the oldest finished export of the
 * credential with the most goes. Other credentials' exports therefore never block one.
 * @returns what to delete first, or why there is no room
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

/**
 * Like the name of a report that is answered directly, with the extension of the compression and,
 * from the second file on, `part-2`.
 */
export function exportFileName(
  { groupBy, format, range, timeZone }: ExportRequest,
  part: number,
): string {
  const what = groupBy === 'record' ? 'usage' : `costs-by-${groupBy}`;
  const ending = `${FILE_ENDINGS[format]}.gz`;
  const days = { ...range, timeZone };
  return reportFileName(what, days, part === 1 ? ending : `part-${part}.${ending}`);
}
