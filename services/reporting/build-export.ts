import type { ExportMessage } from '../../contracts/export-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import {
  exportFileName,
  exportProgress,
  isEmptyRange,
  MAX_EXPORT_FILES,
  NO_FOCUS_OF_SUMS,
  type ReportExport,
} from '../../domain/reporting/report-export.ts';
import type { ReportExportStore } from '../../tables/report-exports.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { invalidField, isServiceError, ServiceError } from '../errors.ts';
import type { NameReader } from '../display-names.ts';
import { BYTE_ORDER_MARK } from '../../domain/reporting/csv.ts';
import { exportCosts, type FilePart } from './export-costs.ts';
import { exportUsage, type UsageExportDeps } from './export-usage.ts';

export type BuildExportDeps = {
  exports: Pick<ReportExportStore, 'get' | 'touch' | 'addFile' | 'fail'>;
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getDays' | 'listHours'>;
  usage: UsageExportDeps['usage'];
  rateCards: UsageExportDeps['rateCards'];
  models: UsageExportDeps['models'];
  displayNames: NameReader;
  /** Compresses a text and stores it under a key. The object appears only when complete. */
  upload: (
    text: AsyncIterable<string>,
    file: { objectKey: string; fileName: string },
  ) => Promise<{ bytes: number }>;
  /** The queue that continues this export. */
  queue: { publish: (message: ExportMessage) => Promise<void> };
  telemetry: Telemetry;
  now: () => number;
};

export type BuildAttempt = {
  /** Distinguishes this attempt's file from those of concurrent attempts. */
  attemptId: string;
  /** After this time, the file ends at the next possible point and a message continues the rest. */
  endsMs: number;
  /** Work not done by this time is abandoned. */
  deadlineMs: number;
  isLast: boolean;
};

const PROGRESS_EVERY_MS = 2_000;

/**
 * Writes an export's next file. An invalid or too large request fails permanently, with the reason;
 * any other failure may be retried until the last attempt.
 * @throws the error of a failed attempt that a retry may fix
 */
export async function buildExport(
  deps: BuildExportDeps,
  message: ExportMessage,
  attempt: BuildAttempt,
): Promise<void> {
  const { organizationId, exportId } = message;
  const { exports, queue, telemetry, now } = deps;
  const requested = await exports.get(organizationId, exportId, now());
  if (!requested || !(await exports.touch(requested, requested.rest, now()))) return;
  try {
    const { file, rest } = await writeFile(deps, requested, attempt);
    const isKept = await exports.addFile(requested, file, rest, now());
    // If this run dies here, its message is delivered again and finds the rest.
    if (isKept && !isEmptyRange(rest)) await queue.publish(message);
    const { rows, bytes } = file;
    telemetry.info('EXPORT_WRITTEN', { organizationId, exportId, rows, bytes, isKept });
  } catch (error) {
    if (isServiceError(error, 'invalid-request')) {
      await exports.fail(requested, error.message, now());
      telemetry.info('EXPORT_REFUSED', { organizationId, exportId, reason: error.message });
      return;
    }
    if (attempt.isLast) {
      await exports.fail(
        requested,
        'Purser could not make this file, and logged the error. Ask for it again.',
        now(),
      );
    }
    throw error;
  }
}

async function writeFile(deps: BuildExportDeps, requested: ReportExport, attempt: BuildAttempt) {
  const { organizationId, exportId, request, files } = requested;
  const part = files.length + 1;
  const fileName = exportFileName(request, part);
  const objectKey = `${organizationId}/${exportId}/${attempt.attemptId}/${fileName}`;
  let rows = 0;
  let totalNanoUsd = 0n;
  let { rest } = requested;
  let toldMs = deps.now();
  const isTimeUp = () => part < MAX_EXPORT_FILES && deps.now() >= attempt.endsMs;

  async function* texts(): AsyncGenerator<string> {
    if (request.bom) yield BYTE_ORDER_MARK;
    for await (const piece of piecesOf(deps, requested, isTimeUp)) {
      rows += piece.rows;
      totalNanoUsd += piece.costNanoUsd;
      rest = piece.rest;
      const nowMs = deps.now();
      if (nowMs > attempt.deadlineMs) {
        const { daysDone, days } = exportProgress({ ...requested, unread: rest });
        const message = `The file took too long: it got to day ${daysDone} of ${days}. Ask for fewer days.`;
        throw new ServiceError({ kind: 'invalid-request' }, message);
      }
      if (nowMs - toldMs >= PROGRESS_EVERY_MS) {
        toldMs = nowMs;
        await deps.exports.touch(requested, rest, nowMs);
      }
      if (piece.text !== '') yield piece.text;
    }
  }

  const { bytes } = await deps.upload(texts(), { objectKey, fileName });
  return { file: { objectKey, fileName, rows, bytes, totalNanoUsd }, rest };
}

function piecesOf(
  deps: BuildExportDeps,
  { organizationId, request, rest: range }: ReportExport,
  isTimeUp: () => boolean,
): AsyncGenerator<FilePart> {
  const { groupBy, granularity, format, timeZone } = request;
  if (groupBy === 'record') return exportUsage(deps, { organizationId, range, format }, isTimeUp);
  // Only an export that was queued before FOCUS was limited to records.
  if (format === 'focus') throw invalidField('groupBy', NO_FOCUS_OF_SUMS);
  const frame = { organizationId, groupBy, granularity, range, timeZone };
  return exportCosts(deps, frame, format, isTimeUp);
}
