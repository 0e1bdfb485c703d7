import type { Telemetry } from '../../contracts/telemetry.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { createAggregateMender } from '../../tables/token-analytics/mending.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';

/** As every environment is configured; see lib/config.ts. */
export const RETENTION_DAYS = 400;
/** Less the days on which records begin to expire. */
export const KNOWN_DAYS = RETENTION_DAYS - 2;

/** What a command tells is its own output: metrics of the services that it uses go nowhere. */
export const QUIET: Telemetry = { info() {}, warn() {}, error() {}, metric() {} };

/** All that commands need to count the ledger's entries again, on a store. */
export function recountingOn(db: DynamoDb) {
  const settings = createReportSettingsStore(db);
  return {
    ledger: createLedgerStore(db, { retentionDays: RETENTION_DAYS }),
    usage: createTokenUsageStore(db),
    analytics: createTokenAnalyticsStore(db),
    settings,
    listedTags: settings.listedTags,
    mend: createAggregateMender(db),
    cache: createAnalyticsCacheStore(db),
    // Predictors learn from the stream alone: what is counted late tells them little.
    learn: async () => {},
    telemetry: QUIET,
    retentionDays: RETENTION_DAYS,
    now: () => Date.now(),
  };
}
