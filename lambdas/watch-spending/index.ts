import { createAlertQueue } from '../../aws/alert-queue.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createControlStore } from '../../tables/auto-control-config.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createWalletStore } from '../../tables/ledger-wallets.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { changedSumOf, createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { watchSpending as watchSpendingFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(watchSpendingFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  changeOf(record) {
    const { before, after } = imagesOf(record);
    return changedSumOf(before, after);
  },
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, { retentionDays: 0 }),
  thresholds: createCostThresholdStore(db),
  breaches: createThresholdBreachStore(db),
  controls: createControlStore(db),
  audit: createAuditLog(db, edge.telemetry),
  preferences: createAlertingConfigStore(db),
  alerts: createAlertQueue(settings.PURSER_ALERT_QUEUE_URL),
});
