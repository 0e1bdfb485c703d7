import { createReportExportManager } from '../services/reporting/manage-exports.ts';
import { createReportSettingsManager } from '../services/reporting/manage-report-settings.ts';
import { createReportSubscriptionManager } from '../services/reporting/manage-report-subscriptions.ts';
import type { BuildExportDeps } from '../services/reporting/build-export.ts';
import { createRefreshed } from '../services/refreshed.ts';
import { createAlertDeliveryStore } from '../tables/alert-deliveries.ts';
import { createAnalyticsCacheStore } from '../tables/analytics-cache.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createLedgerStore } from '../tables/ledger/ledger.ts';
import { createModelStore } from '../tables/models.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createReportExportStore } from '../tables/report-exports.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { createReportSubscriptionStore } from '../tables/report-subscriptions.ts';
import { createSuspenseStore } from '../tables/suspense-items.ts';
import { createAggregateMender } from '../tables/token-analytics/mending.ts';
import { savingsReader } from './advice.ts';
import { applyingLimit } from './applying-limit.ts';
import { changeServices } from './changes.ts';
import { nameReading } from './display-names.ts';
import { metricKeeper } from './performance.ts';
import { learningFrom } from './prediction.ts';
import { analyticsStore, type Sharded, usageStore } from './usage-stores.ts';
import type { World } from './world.ts';

/** The queue of exports to build. */
type ExportQueue = Pick<BuildExportDeps, 'queue'>;

/** How long an organization's listed tags are used before they are read again. */
const LISTED_TAGS_FRESH_MS = 10_000;
const LISTED_TAGS_STALE_MS = 60_000;

/** Answers cost reports from aggregates. */
export const reportServices = (db: DynamoDb, world: Sharded & Pick<World, 'now'>) => ({
  ...nameReading(db, world),
  analytics: analyticsStore(db, world),
  settings: createReportSettingsStore(db),
  timeZones: createOrganizationSettingsStore(db).timeZone,
});

/** Lists usage records. */
export const usageServices = (db: DynamoDb, world: Sharded) => ({
  usage: usageStore(db, world),
  analytics: analyticsStore(db, world),
});

/** Mails the reports that people subscribed to. */
export const mailedReportServices = (db: DynamoDb, world: Parameters<typeof savingsReader>[1]) => ({
  ...reportServices(db, world),
  readSavings: savingsReader(db, world),
  subscriptions: createReportSubscriptionStore(db),
  outbox: createAlertDeliveryStore(db),
});

/** Manages tags, cost allocation and subscriptions. */
export function reportSettingsServices(db: DynamoDb, world: Pick<World, 'telemetry'>) {
  const { sentKeys, audit } = changeServices(db, world);
  const settings = createReportSettingsStore(db);
  return {
    sentKeys,
    timeZones: createOrganizationSettingsStore(db).timeZone,
    manager: createReportSettingsManager({ settings, audit, census: applyingLimit(db) }),
    subscriptions: createReportSubscriptionManager({
      subscriptions: createReportSubscriptionStore(db),
      settings,
      audit,
    }),
  };
}

/** Accepts requests for report files and deletes files. */
export function exportServices(
  db: DynamoDb,
  world: Pick<World, 'telemetry'> &
    ExportQueue & { deleteFile: (objectKey: string) => Promise<void> },
) {
  const { sentKeys, audit } = changeServices(db, world);
  return {
    sentKeys,
    timeZones: createOrganizationSettingsStore(db).timeZone,
    manager: createReportExportManager({
      exports: createReportExportStore(db),
      settings: createReportSettingsStore(db),
      audit,
      queue: world.queue,
      deleteFile: world.deleteFile,
    }),
  };
}

/** Writes report files. */
export const exportBuildServices = (db: DynamoDb, world: Sharded & Pick<World, 'now'>) => ({
  ...nameReading(db, world),
  ...usageServices(db, world),
  exports: createReportExportStore(db),
  rateCards: createRateCardStore(db),
  models: createModelStore(db),
});

/** Turns ledger postings into usage records and aggregates. */
export function aggregationServices(
  db: DynamoDb,
  world: Pick<World, 'now' | 'telemetry' | 'retentionDays' | 'entryShards'>,
) {
  const { listedTags } = createReportSettingsStore(db);
  return {
    usage: usageStore(db, world),
    listedTags: createRefreshed(listedTags, {
      now: world.now,
      freshMs: LISTED_TAGS_FRESH_MS,
      staleMs: LISTED_TAGS_STALE_MS,
      onError: (error) => world.telemetry.error('TAGS_NOT_RENEWED', { error }),
    }),
    learn: learningFrom(db, world),
    cache: createAnalyticsCacheStore(db),
    suspense: createSuspenseStore(db),
    outbox: createAlertDeliveryStore(db),
    keeper: metricKeeper(db, world),
    retentionDays: world.retentionDays,
  };
}

/** Recounts the ledger's entries and repairs aggregates. */
export function recountServices(
  db: DynamoDb,
  world: Pick<World, 'now' | 'telemetry' | 'retentionDays' | 'entryShards'>,
) {
  const { analytics, settings } = reportServices(db, world);
  return {
    ledger: createLedgerStore(db, world),
    usage: usageStore(db, world),
    analytics,
    settings,
    listedTags: settings.listedTags,
    mend: createAggregateMender(db),
    cache: createAnalyticsCacheStore(db),
    // Predictors learn only from the stream. Late postings would teach them little.
    learn: async () => {},
    telemetry: world.telemetry,
    retentionDays: world.retentionDays,
    now: world.now,
  };
}
