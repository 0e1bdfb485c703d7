import { readEnvironment } from '../../aws/environment.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { createReportExportStore } from '../../tables/report-exports.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
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
  upload: (text, file) => bucket.upload(text, file),
});
