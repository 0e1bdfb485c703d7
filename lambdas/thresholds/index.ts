import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { createAlertPreferencesManager } from '../../services/alerts/manage-alert-preferences.ts';
import { createThresholdManager } from '../../services/controls/manage-thresholds.ts';
import { createAlertAllowanceStore } from '../../tables/alert-allowances.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { thresholds as thresholdsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(thresholdsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const audit = createAuditLog(db, edge.telemetry);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  thresholds: createThresholdManager({
    thresholds: createCostThresholdStore(db),
    analytics: createTokenAnalyticsStore(db),
    audit,
  }),
  preferences: createAlertPreferencesManager({
    preferences: createAlertingConfigStore(db),
    audit,
  }),
  breaches: createThresholdBreachStore(db),
  alerts: createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL),
  allowances: createAlertAllowanceStore(db),
  audit,
});
