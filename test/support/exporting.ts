import type { DisplayName } from '../../domain/naming/display-name.ts';
import { createDisplayNameStore } from '../../tables/display-names.ts';
import { nameReading } from '../../composition/display-names.ts';
import { exportServices } from '../../composition/reporting.ts';
import { stores } from '../../composition/stores.ts';
import type { ExportMessage } from '../../contracts/export-message.ts';
import type { CatalogModel } from '../../domain/catalog/model.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
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

type Store = Awaited<ReturnType<typeof startEmbeddedStore>>;
type Objects = Awaited<ReturnType<typeof startLocalObjects>>;

/** The store and the bucket that exports need, and organizations with usage. */
export async function startExporting() {
  const store = await startEmbeddedStore();
  const objects = await startLocalObjects();
  let organizations = 0;
  return {
    /** A new organization with these `postings` as usage. */
    organizationWith: (postings: Posting[], tags: string[] = []) =>
      exportingOrganization(store, objects, {
        organizationId: `acme-${(organizations += 1)}`,
        postings,
        tags,
      }),
    /** Sets an organization's first own price of a model. */
    setCard(organizationId: string, card: RateCard): Promise<unknown> {
      const { rateCards } = stores(store.db);
      return store.db.write(rateCards.putWrite(organizationId, card, { cards: [], version: 0 }));
    },
    /** Adds a model to an organization's catalog. */
    async setModel(organizationId: string, model: CatalogModel): Promise<void> {
      const { write } = await stores(store.db).models.replacement(organizationId, model);
      await store.db.write(write);
    },
    /** Sets what people call a scope. */
    async setName(organizationId: string, name: DisplayName): Promise<void> {
      const { write } = await createDisplayNameStore(store.db).replacement(organizationId, name);
      await store.db.write(write);
    },
    async stop(): Promise<void> {
      await objects.stop();
      await store.close();
    },
  };
}

/** An organization with usage: asks for exports, builds them, and reads the files. */
async function exportingOrganization(
  store: Store,
  objects: Objects,
  {
    organizationId,
    postings,
    tags,
  }: { organizationId: string; postings: Posting[]; tags: string[] },
) {
  const telemetry = silentTelemetry();
  const state = { nowMs: NOW, isQueueDown: false };
  const now = () => state.nowMs;
  const { audit, usage, analytics, reportSettings: settings, ...rest } = stores(store.db);
  await stored(store.db, settings.tagsReplacement(organizationId, tags));
  const own = postings.map((posting) => ({
    ...posting,
    organizationId,
    countedTags: tags.filter((tag) => posting.tags?.[tag]),
  }));
  await aggregatePostings(
    { usage, learn: async () => {}, suspend: rethrow, retentionDays: 400, telemetry, now },
    own,
  );
  const { queue, queued } = memoryQueue(state);
  const { manager } = exportServices(store.db, {
    telemetry,
    queue,
    deleteFile: (objectKey) => objects.bucket.delete(objectKey),
  });
  const ask = (request: ExportRequest, key?: string, actor = 'key-1') =>
    manager.request({ organizationId, actor, nowMs: state.nowMs }, request, key);
  const find = (exportId: string) => manager.get(organizationId, exportId, state.nowMs);
  const upload = (...args: Parameters<typeof objects.bucket.upload>) =>
    objects.bucket.upload(...args);
  const others = { analytics, usage, queue, telemetry, now, upload };
  const deps = { ...rest, ...nameReading(store.db, { now }), ...others };
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
    find,
    /** One run of the function on an export. */
    build: (exportId: string, over: Partial<BuildAttempt> = {}, uploading = upload) =>
      buildExport(
        { ...deps, upload: uploading },
        { organizationId, exportId },
        { ...FIRST_ATTEMPT, ...over },
      ),
    /** Builds a file in one run and reads it. */
    file: async (request: ExportRequest) => {
      const { exportId } = await ask(request);
      await buildExport(deps, { organizationId, exportId }, FIRST_ATTEMPT);
      const { files } = await find(exportId);
      const [file] = files;
      if (!file || files.length > 1) throw new Error(`there are ${files.length} files`);
      return { ...file, text: await textOf(file.objectKey) };
    },
    report: (request: ExportRequest & { groupBy: Exclude<ExportRequest['groupBy'], 'record'> }) =>
      reportCosts({ analytics, settings }, { organizationId, ...request }),
  };
}

const FIRST_ATTEMPT: BuildAttempt = {
  attemptId: 'first',
  endsMs: NOW + DAY_MS,
  deadlineMs: NOW + DAY_MS,
  isLast: false,
};

/** A queue that keeps what was published, and fails while `isQueueDown`. */
function memoryQueue(state: { isQueueDown: boolean }) {
  const queued: ExportMessage[] = [];
  const publish = async (message: ExportMessage) => {
    if (state.isQueueDown) throw new Error('SQS is down');
    queued.push(message);
  };
  return { queue: { publish }, queued };
}
