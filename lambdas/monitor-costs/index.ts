import { createAlertQueue } from '../../aws/alert-queue.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createCostMonitoringStore } from '../../tables/cost-monitoring.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createWalletStore } from '../../tables/ledger-wallets.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { monitorCosts as monitorCostsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(monitorCostsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, { retentionDays: 0 }),
  thresholds: createCostThresholdStore(db),
  breaches: createThresholdBreachStore(db),
  controls: createControlStore(db),
  audit: createAuditLog(db, edge.telemetry),
  preferences: createAlertingConfigStore(db),
  monitoring: createCostMonitoringStore(db),
  alerts: createAlertQueue(settings.PURSER_ALERT_QUEUE_URL),
  retentionDays: settings.PURSER_RETENTION_DAYS,
});
