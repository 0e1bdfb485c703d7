import { readEnvironment } from '../../aws/environment.ts';
import { createReportSettingsManager } from '../../services/reporting/manage-report-settings.ts';
import { createReportSubscriptionManager } from '../../services/reporting/manage-report-subscriptions.ts';
import { createReportSubscriptionStore } from '../../tables/report-subscriptions.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { reportSettings as reportSettingsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(reportSettingsFunction).PURSER_TABLE_PREFIX);
const settings = createReportSettingsStore(db);
const audit = createAuditLog(db, edge.telemetry);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createReportSettingsManager({ settings, audit }),
  subscriptions: createReportSubscriptionManager({
    subscriptions: createReportSubscriptionStore(db),
    settings,
    audit,
  }),
});
