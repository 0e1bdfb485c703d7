import type { ExportMessage } from '../../contracts/export-message.ts';
import { ProblemError } from '../../contracts/problem.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { exportFileName, type ReportExport } from '../../domain/reporting/report-export.ts';
import type { ReportExportStore } from '../../tables/report-exports.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { exportCosts, type FilePart } from './export-costs.ts';
import { exportUsage } from './export-usage.ts';
import type { UsageListDeps } from './list-usage.ts';

export type BuildExportDeps = {
  exports: Pick<ReportExportStore, 'get' | 'touch' | 'finish' | 'fail'>;
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getDays' | 'listHours'>;
  usage: UsageListDeps['usage'];
  /** Compresses and stores a text under a key; nothing is there until all of it is. */
  upload: (
    text: AsyncIterable<string>,
    file: { objectKey: string; fileName: string },
  ) => Promise<{ bytes: number }>;
  telemetry: Telemetry;
  now: () => number;
};

export type BuildAttempt = {
  /** Tells this attempt's file from those of others, which may run at the same time. */
  attemptId: string;
  /** What is not done by then is given up. */
  deadlineMs: number;
  isLast: boolean;
};

const PROGRESS_EVERY_MS = 2_000;

/**
 * Writes the file of an export. What was asked for wrongly or is too large fails for good, and says
 * why; anything else may be tried again, and fails with the last attempt.
 * @throws whatever came between, where another attempt may mend it
 */
export async function buildExport(
  deps: BuildExportDeps,
  { organizationId, exportId }: ExportMessage,
  attempt: BuildAttempt,
): Promise<void> {
  const { exports, telemetry, now } = deps;
  const wanted = await exports.get(organizationId, exportId, now());
  if (!wanted || !(await exports.touch(wanted, wanted.progress, now()))) return;
  try {
    const file = await writeFile(deps, wanted, attempt);
    await exports.finish(wanted, file, now());
    const { rows, bytes } = file;
    telemetry.info('EXPORT_DONE', { organizationId, exportId, rows, bytes });
  } catch (error) {
    const isFinal = error instanceof ProblemError && error.type === 'invalid-request';
    if (isFinal) {
      await exports.fail(wanted, error.message, now());
      telemetry.info('EXPORT_REFUSED', { organizationId, exportId, reason: error.message });
      return;
    }
    if (attempt.isLast) {
      await exports.fail(wanted, 'it could not be made; the error is logged', now());
    }
    throw error;
  }
}

async function writeFile(deps: BuildExportDeps, wanted: ReportExport, attempt: BuildAttempt) {
  const { organizationId, exportId, request, progress } = wanted;
  const fileName = exportFileName(request);
  const objectKey = `${organizationId}/${exportId}/${attempt.attemptId}/${fileName}`;
  let rows = 0;
  let totalNanoUsd = 0n;
  let toldMs = deps.now();

  async function* texts(): AsyncGenerator<string> {
    for await (const part of partsOf(deps, wanted)) {
      rows += part.rows;
      totalNanoUsd += part.costNanoUsd;
      const nowMs = deps.now();
      if (nowMs > attempt.deadlineMs) {
        const message = `took too long at day ${part.daysRead} of ${progress.of}: ask for fewer days`;
        throw new ProblemError('invalid-request', message);
      }
      if (nowMs - toldMs >= PROGRESS_EVERY_MS) {
        toldMs = nowMs;
        await deps.exports.touch(wanted, { ...progress, done: part.daysRead }, nowMs);
      }
      if (part.text !== '') yield part.text;
    }
  }

  const { bytes } = await deps.upload(texts(), { objectKey, fileName });
  return { objectKey, fileName, rows, bytes, totalNanoUsd };
}

function partsOf(deps: BuildExportDeps, wanted: ReportExport): AsyncGenerator<FilePart> {
  const { organizationId, request } = wanted;
  const { groupBy, granularity, format, range } = request;
  return groupBy === 'record'
    ? exportUsage(deps, { organizationId, range }, format)
    : exportCosts(deps.analytics, { organizationId, groupBy, granularity, range }, format);
}
