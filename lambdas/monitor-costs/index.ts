import { readEnvironment } from '../../aws/environment.ts';
import { createCostMonitoringStore } from '../../tables/cost-monitoring.ts';
import { openStore } from '../edge/open-store.ts';
import { reviewDeps } from '../edge/review-deps.ts';
import { monitorCosts as monitorCostsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(monitorCostsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...reviewDeps(db, settings.PURSER_ALERT_QUEUE_URL),
  monitoring: createCostMonitoringStore(db),
  retentionDays: settings.PURSER_RETENTION_DAYS,
});
