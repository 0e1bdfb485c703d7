import { readEnvironment } from '../../aws/environment.ts';
import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import type { ExportMessage } from '../../contracts/export-message.ts';
import { createReportExportStore } from '../../tables/report-exports.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { buildExports as buildExportsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(buildExportsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const bucket = createReportBucket(settings.PURSER_EXPORT_BUCKET);

export const handler = createHandler({
  ...edge,
  exports: createReportExportStore(db),
  analytics: createTokenAnalyticsStore(db),
  usage: createTokenUsageStore(db),
  queue: createQueue<ExportMessage>(settings.PURSER_EXPORT_QUEUE_URL),
  upload: (text, file) => bucket.upload(text, file),
});
