import { exportServices } from '../../composition/reporting.ts';
import { stores } from '../../composition/stores.ts';
import type { ExportMessage } from '../../contracts/export-message.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { ExportRequest } from '../../domain/reporting/report-export.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { type BuildAttempt, buildExport } from '../../services/reporting/build-export.ts';
import { reportCosts } from '../../services/reporting/report-costs.ts';
import { startEmbeddedStore } from './embedded-store.ts';
import { startLocalObjects } from './local-objects.ts';
import { NOON } from './postings.ts';
import { silentTelemetry } from './telemetry.ts';
import { stored } from './stored.ts';
import { rethrow } from './nothing-apart.ts';

const DAY_MS = 86_400_000;
const HALF_HOUR_MS = 1_800_000;
export const NOW = NOON + 2 * DAY_MS;
/** Five days, with partial first and last days. */
export const range = {
  fromMs: NOON - 2 * DAY_MS - HALF_HOUR_MS,
  toMs: NOON + 2 * DAY_MS + HALF_HOUR_MS,
};
export const costs: ExportRequest = {
  groupBy: 'department',
  granularity: 'daily',
  format: 'csv',
  range,
};
export const records: ExportRequest = {
  groupBy: 'record',
  granularity: 'total',
  format: 'csv',
  range,
};

/** The store and the bucket that exports need, and organizations with usage. */
export async function startExporting() {
  const store = await startEmbeddedStore();
  const objects = await startLocalObjects();
  let organizations = 0;

  /** A new organization with these `postings` as usage. */
  async function organizationWith(postings: Posting[], tags: string[] = []) {
    const organizationId = `acme-${(organizations += 1)}`;
    const telemetry = silentTelemetry();
    const state = { nowMs: NOW, isQueueDown: false };
    const settings = stores(store.db).reportSettings;
    await stored(store.db, settings.tagsReplacement(organizationId, tags));
    const { usage, analytics } = stores(store.db);
    const own = postings.map((posting) => ({
      ...posting,
      organizationId,
      countedTags: tags.filter((tag) => posting.tags?.[tag]),
    }));
    await aggregatePostings(
      {
        usage,
        learn: async () => {},
        suspend: rethrow,
        retentionDays: 400,
        telemetry,
        now: () => state.nowMs,
      },
      own,
    );
    const queued: ExportMessage[] = [];
    const queue = {
      publish: async (message: ExportMessage) => {
        if (state.isQueueDown) throw new Error('SQS is down');
        queued.push(message);
      },
    };
    const { audit, exports } = stores(store.db);
    const { manager } = exportServices(store.db, {
      telemetry,
      queue,
      deleteFile: (objectKey) => objects.bucket.delete(objectKey),
    });
    const ask = (request: ExportRequest, key?: string, actor = 'key-1') =>
      manager.request({ organizationId, actor, nowMs: state.nowMs }, request, key);
    const deps = {
      exports,
      analytics,
      usage,
      queue,
      telemetry,
      now: () => state.nowMs,
      upload: (...args: Parameters<typeof objects.bucket.upload>) => objects.bucket.upload(...args),
    };
    const attempt: BuildAttempt = {
      attemptId: 'first',
      endsMs: NOW + DAY_MS,
      deadlineMs: NOW + DAY_MS,
      isLast: false,
    };
    const textOf = async (objectKey: string): Promise<string> =>
      (await objects.read(objectKey)) ?? `there is no ${objectKey}`;

    return {
      organizationId,
      manager,
      state,
      queued,
      deps,
      postings: own,
      ask,
      textOf,
      audit,
      /** One run of the function on an export. */
      build: (exportId: string, over: Partial<BuildAttempt> = {}, upload = deps.upload) =>
        buildExport({ ...deps, upload }, { organizationId, exportId }, { ...attempt, ...over }),
      find: (exportId: string) => manager.get(organizationId, exportId, state.nowMs),
      /** Builds a file in one run and reads it. */
      file: async (request: ExportRequest) => {
        const { exportId } = await ask(request);
        await buildExport(deps, { organizationId, exportId }, attempt);
        const { files } = await manager.get(organizationId, exportId, state.nowMs);
        const [file] = files;
        if (!file || files.length > 1) throw new Error(`there are ${files.length} files`);
        return { ...file, text: await textOf(file.objectKey) };
      },
      report: (request: ExportRequest & { groupBy: Exclude<ExportRequest['groupBy'], 'record'> }) =>
        reportCosts({ analytics, settings }, { organizationId, ...request }),
    };
  }

  return {
    organizationWith,
    async stop(): Promise<void> {
      await objects.stop();
      await store.close();
    },
  };
}
