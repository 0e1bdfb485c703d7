import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { exportServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { reportExports } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(reportExports);
const bucket = createReportBucket(settings.PURSER_EXPORT_BUCKET);

export const handler = createHandler({
  ...world,
  ...exportServices(db, {
    ...world,
    queue: createQueue(settings.PURSER_EXPORT_QUEUE_URL),
    deleteFile: (objectKey) => bucket.delete(objectKey),
  }),
  link: bucket.link,
});
