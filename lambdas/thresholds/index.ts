import { readEnvironment } from '../../aws/environment.ts';
import { createThresholdManager } from '../../services/manage-thresholds.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { thresholds as thresholdsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(thresholdsFunction).PURSER_TABLE_PREFIX);
const manager = createThresholdManager({
  thresholds: createCostThresholdStore(db),
  preferences: createAlertingConfigStore(db),
  audit: createAuditLog(db, edge.telemetry),
});

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager,
  breaches: createThresholdBreachStore(db),
});
