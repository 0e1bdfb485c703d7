import { alertDeliveriesTable } from './alert-deliveries.ts';
import { alertingConfigTable } from './alerting-config.ts';
import { analyticsCacheTable } from './analytics-cache.ts';
import { apiKeysTable } from './api-keys.ts';
import { auditLogTable } from './audit-log/items.ts';
import { autoControlConfigTable } from './auto-control-config.ts';
import { benchmarksTable } from './benchmarks.ts';
import { controlActionsTable } from './control-actions.ts';
import { costMonitoringTable } from './cost-monitoring.ts';
import { costThresholdsTable } from './cost-thresholds.ts';
import type { TableDefinition } from './definition.ts';
import { featureFlagsTable } from './feature-flags.ts';
import { ledgerTable } from './ledger/table.ts';
import { modelsTable } from './models.ts';
import { organizationSettingsTable } from './organization-settings.ts';
import { predictorArtifactsTable } from './predictor-artifacts/table.ts';
import { quotasTable } from './quotas.ts';
import { rateCardsTable } from './rate-cards.ts';
import { reportSettingsTable } from './report-settings.ts';
import { recommendationsTable } from './recommendations.ts';
import { reportExportsTable } from './report-exports.ts';
import { reportSubscriptionsTable } from './report-subscriptions.ts';
import { suspenseItemsTable } from './suspense-items.ts';
import type { TableName } from './table-names.ts';
import { thresholdBreachesTable } from './threshold-breaches.ts';
import { tokenAnalyticsTable } from './token-analytics/token-analytics.ts';
import { tokenUsageTable } from './token-usage.ts';

/** Every table by its name: what CDK creates and what tests create. */
export const TABLE_DEFINITIONS: Record<TableName, TableDefinition> = {
  ledger: ledgerTable,
  'suspense-items': suspenseItemsTable,
  'token-usage': tokenUsageTable,
  'token-analytics': tokenAnalyticsTable,
  'analytics-cache': analyticsCacheTable,
  'cost-thresholds': costThresholdsTable,
  'threshold-breaches': thresholdBreachesTable,
  'control-actions': controlActionsTable,
  'auto-control-config': autoControlConfigTable,
  'cost-monitoring': costMonitoringTable,
  'alerting-config': alertingConfigTable,
  'alert-deliveries': alertDeliveriesTable,
  'rate-cards': rateCardsTable,
  models: modelsTable,
  'predictor-artifacts': predictorArtifactsTable,
  'api-keys': apiKeysTable,
  quotas: quotasTable,
  'audit-log': auditLogTable,
  'feature-flags': featureFlagsTable,
  'organization-settings': organizationSettingsTable,
  'report-settings': reportSettingsTable,
  'report-subscriptions': reportSubscriptionsTable,
  'report-exports': reportExportsTable,
  recommendations: recommendationsTable,
  benchmarks: benchmarksTable,
};
