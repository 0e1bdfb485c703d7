import { readEnvironment } from '../../aws/environment.ts';
import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import type { ExportMessage } from '../../contracts/export-message.ts';
import { createReportExportManager } from '../../services/reporting/manage-exports.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createReportExportStore } from '../../tables/report-exports.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { reportExports as reportExportsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(reportExportsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const bucket = createReportBucket(settings.PURSER_EXPORT_BUCKET);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createReportExportManager({
    exports: createReportExportStore(db),
    settings: createReportSettingsStore(db),
    audit: createAuditLog(db, edge.telemetry),
    queue: createQueue<ExportMessage>(settings.PURSER_EXPORT_QUEUE_URL),
    deleteFile: (objectKey) => bucket.delete(objectKey),
  }),
  link: (objectKey, seconds) => bucket.link(objectKey, seconds),
});
