import { readEnvironment } from '../../aws/environment.ts';
import { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import { createThresholdManager } from '../../services/controls/manage-thresholds.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createWalletStore } from '../../tables/ledger/wallets.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { budgets as budgetsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(budgetsFunction);
const db = openStore(PURSER_TABLE_PREFIX);
const audit = createAuditLog(db, edge.telemetry);
const analytics = createTokenAnalyticsStore(db);
const budgets = createBudgetManager({
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, { retentionDays: 0 }),
  audit,
  telemetry: edge.telemetry,
});
const thresholds = createThresholdManager({
  thresholds: createCostThresholdStore(db),
  analytics,
  audit,
});

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  budgets,
  thresholds,
  analytics,
});
