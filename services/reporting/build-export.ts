import type { ExportMessage } from '../../contracts/export-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import {
  exportFileName,
  exportProgress,
  isEmptyRange,
  MAX_EXPORT_FILES,
  type ReportExport,
} from '../../domain/reporting/report-export.ts';
import type { ReportExportStore } from '../../tables/report-exports.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { isServiceError, ServiceError } from '../errors.ts';
import { exportCosts, type FilePart } from './export-costs.ts';
import { exportUsage } from './export-usage.ts';
import type { UsageListDeps } from './list-usage.ts';

export type BuildExportDeps = {
  exports: Pick<ReportExportStore, 'get' | 'touch' | 'addFile' | 'fail'>;
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getDays' | 'listHours'>;
  usage: UsageListDeps['usage'];
  /** Compresses and stores a text under a key; nothing is there until all of it is. */
  upload: (
    text: AsyncIterable<string>,
    file: { objectKey: string; fileName: string },
  ) => Promise<{ bytes: number }>;
  /** Where this export waits to be gone on with. */
  queue: { publish: (message: ExportMessage) => Promise<void> };
  telemetry: Telemetry;
  now: () => number;
};

export type BuildAttempt = {
  /** Tells this attempt's file from those of others, which may run at the same time. */
  attemptId: string;
  /** From then on the file is ended where that can be, and another message is left for the rest. */
  endsMs: number;
  /** What is not done by then is given up. */
  deadlineMs: number;
  isLast: boolean;
};

const PROGRESS_EVERY_MS = 2_000;

/**
 * Writes the file of an export, or the next of its files. What was asked for wrongly or is too large fails for good, and says
 * why; anything else may be tried again, and fails with the last attempt.
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
    // Should it end here, its message comes again and finds the rest.
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
  const { groupBy, granularity, format } = request;
  if (groupBy === 'record') return exportUsage(deps, { organizationId, range, format }, isTimeUp);
  const frame = { organizationId, groupBy, granularity, range };
  return exportCosts(deps.analytics, frame, format, isTimeUp);
}
