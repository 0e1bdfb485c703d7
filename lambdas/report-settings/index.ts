import { readEnvironment } from '../../aws/environment.ts';
import { createReportSettingsManager } from '../../services/manage-report-settings.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { reportSettings as reportSettingsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(reportSettingsFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createReportSettingsManager({
    settings: createReportSettingsStore(db),
    audit: createAuditLog(db, edge.telemetry),
  }),
});
