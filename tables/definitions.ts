import { alertDeliveriesTable } from './alert-deliveries.ts';
import { alertingConfigTable } from './alerting-config.ts';
import { analyticsCacheTable } from './analytics-cache.ts';
import { apiKeysTable } from './api-keys.ts';
import { auditLogTable } from './audit-log/items.ts';
import { autoControlConfigTable } from './auto-control-table.ts';
import { benchmarksTable } from './benchmarks.ts';
import { controlActionsTable } from './control-actions.ts';
import { costMonitoringTable } from './cost-monitoring.ts';
import { costThresholdsTable } from './cost-thresholds.ts';
import type { TableDefinition } from './definition.ts';
import { endpointHealthTable } from './endpoint-health.ts';
import { featureFlagsTable } from './feature-flags.ts';
import { jobsTable } from './jobs/table.ts';
import { ledgerTable } from './ledger/table.ts';
import { displayNamesTable } from './display-names.ts';
import { directoryTable } from './directory.ts';
import { memberDefaultsTable } from './member-defaults.ts';
import { modelsTable } from './models.ts';
import { organizationSettingsTable } from './organization-settings.ts';
import { performanceMetricsTable } from './performance-metrics.ts';
import { predictorArtifactsTable } from './predictor-artifacts/table.ts';
import { providersTable } from './providers.ts';
import { promptTemplatesTable } from './prompt-templates.ts';
import { quotasTable } from './quotas.ts';
import { rateCardsTable } from './rate-cards.ts';
import { reportSettingsTable } from './report-settings.ts';
import { recommendationsTable } from './recommendations.ts';
import { reportExportsTable } from './report-exports.ts';
import { reportSubscriptionsTable } from './report-subscriptions.ts';
import { responseCacheTable } from './response-cache.ts';
import { suspenseItemsTable } from './suspense-items.ts';
import { thresholdBreachesTable } from './threshold-breaches.ts';
import { tokenAnalyticsTable } from './token-analytics/table.ts';
import { tokenUsageTable } from './token-usage/table.ts';
import { usagePatternsTable } from './usage-patterns.ts';
import { usageSamplesTable } from './usage-samples.ts';

/** Every table of the application. A new table is listed here and nowhere else. */
const TABLES = [
  ledgerTable,
  suspenseItemsTable,
  tokenUsageTable,
  tokenAnalyticsTable,
  usagePatternsTable,
  usageSamplesTable,
  analyticsCacheTable,
  responseCacheTable,
  costThresholdsTable,
  memberDefaultsTable,
  directoryTable,
  displayNamesTable,
  thresholdBreachesTable,
  controlActionsTable,
  autoControlConfigTable,
  costMonitoringTable,
  alertingConfigTable,
  alertDeliveriesTable,
  rateCardsTable,
  modelsTable,
  providersTable,
  endpointHealthTable,
  predictorArtifactsTable,
  promptTemplatesTable,
  apiKeysTable,
  quotasTable,
  auditLogTable,
  featureFlagsTable,
  organizationSettingsTable,
  reportSettingsTable,
  reportSubscriptionsTable,
  reportExportsTable,
  jobsTable,
  recommendationsTable,
  benchmarksTable,
  performanceMetricsTable,
] as const;

/** A table without the environment's prefix. */
export type TableName = (typeof TABLES)[number]['name'];
export const TABLE_NAMES: readonly TableName[] = TABLES.map(({ name }) => name);

/** Every table by name, for CDK and tests to create. */
export const TABLE_DEFINITIONS = Object.fromEntries(
  TABLES.map((definition) => [definition.name, definition]),
) as Record<TableName, TableDefinition>;
