import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import type { ExportMessage } from '../../contracts/export-message.ts';
import { exportServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { reportExports } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(reportExports);
const bucket = createReportBucket(settings.PURSER_EXPORT_BUCKET);
const queue = createQueue<ExportMessage>(settings.PURSER_EXPORT_QUEUE_URL);

export const handler = createHandler({
  ...world,
  ...exportServices(db, { ...world, queue, deleteFile: bucket.delete }),
  link: bucket.link,
});
