import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { exportBuildServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { buildExports } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(buildExports);
const bucket = createReportBucket(settings.PURSER_EXPORT_BUCKET);

export const handler = createHandler({
  ...world,
  ...exportBuildServices(db, world),
  queue: createQueue(settings.PURSER_EXPORT_QUEUE_URL),
  upload: (...upload) => bucket.upload(...upload),
});
