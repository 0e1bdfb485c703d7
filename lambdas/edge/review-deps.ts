import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { edge } from './runtime.ts';

/** What the stream's follower and the monitor both need to review what scopes spent. */
export const reviewDeps = (db: DynamoDb, alertQueueUrl: string) => ({
  ...edge,
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, { retentionDays: 0 }),
  usage: createTokenUsageStore(db),
  thresholds: createCostThresholdStore(db),
  breaches: createThresholdBreachStore(db),
  controls: createControlStore(db),
  audit: createAuditLog(db, edge.telemetry),
  preferences: createAlertingConfigStore(db),
  alerts: createQueue<Alert>(alertQueueUrl),
});
