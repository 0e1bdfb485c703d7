import type { Telemetry } from '../contracts/telemetry.ts';
import { createAlertAllowanceStore } from '../tables/alert-allowances.ts';
import { createAlertDeliveryStore } from '../tables/alert-deliveries.ts';
import { createAlertingConfigStore } from '../tables/alerting-config.ts';
import { createAnalyticsCacheStore } from '../tables/analytics-cache.ts';
import { createApiKeyStore } from '../tables/api-keys.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import { createBenchmarkStore } from '../tables/benchmarks.ts';
import { createControlActionStore } from '../tables/control-actions.ts';
import { createCostMonitoringStore } from '../tables/cost-monitoring.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../tables/feature-flags.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createConductStore } from '../tables/ledger/conduct.ts';
import type { EntryStorage } from '../tables/ledger/entry-storage.ts';
import { createDisputeStore } from '../tables/ledger/disputes.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createModelStore } from '../tables/models.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createPredictorArtifactStore } from '../tables/predictor-artifacts/predictor-artifacts.ts';
import { createQuotaStore } from '../tables/quotas.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createRecommendationStore } from '../tables/recommendations.ts';
import { createReportExportStore } from '../tables/report-exports.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { createReportSubscriptionStore } from '../tables/report-subscriptions.ts';
import { createSuspenseStore } from '../tables/suspense-items.ts';
import { createThresholdBreachStore } from '../tables/threshold-breaches.ts';
import { changeServices } from './changes.ts';
import { ledgerServices } from './reservations.ts';
import { analyticsStore, usageStore } from './usage-stores.ts';
import { SILENT } from './world.ts';

type Options = { telemetry?: Telemetry } & Partial<EntryStorage>;

/** Days that every environment keeps ledger entries; see `environments/`. */
export const RETENTION_DAYS = 400;

/**
 * Every store by name, for commands, benchmarks and proofs. Functions use narrower compositions,
 * because their bundles would otherwise contain every store's code.
 */
export const stores = (
  db: DynamoDb,
  { telemetry = SILENT, retentionDays = RETENTION_DAYS, entryShards = [] }: Options = {},
) => ({
  ...changeServices(db, { telemetry }),
  ...ledgerServices(db, { retentionDays, entryShards }),
  actions: createControlActionStore(db),
  allowances: createAlertAllowanceStore(db),
  analytics: analyticsStore(db, { entryShards }),
  artifacts: createPredictorArtifactStore(db),
  benchmarks: createBenchmarkStore(db),
  breaches: createThresholdBreachStore(db),
  budgets: createBudgetStore(db),
  cache: createAnalyticsCacheStore(db),
  conduct: createConductStore(db),
  controls: createControlStore(db),
  defaults: createMemberDefaultsStore(db),
  deliveries: createAlertDeliveryStore(db),
  disputes: createDisputeStore(db),
  exports: createReportExportStore(db),
  flags: createFeatureFlagStore(db),
  keys: createApiKeyStore(db),
  models: createModelStore(db),
  monitoring: createCostMonitoringStore(db),
  organizationSettings: createOrganizationSettingsStore(db),
  preferences: createAlertingConfigStore(db),
  quotas: createQuotaStore(db),
  rateCards: createRateCardStore(db),
  recommendations: createRecommendationStore(db),
  reportSettings: createReportSettingsStore(db),
  subscriptions: createReportSubscriptionStore(db),
  suspense: createSuspenseStore(db),
  thresholds: createCostThresholdStore(db),
  usage: usageStore(db, { entryShards }),
});
