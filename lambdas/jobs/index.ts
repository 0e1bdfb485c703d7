import { randomBytes } from 'node:crypto';
import { createJobFiles, createJobReader } from '../../aws/job-files.ts';
import { createQueue } from '../../aws/queue.ts';
import { jobServices } from '../../composition/jobs.ts';
import { openFunction } from '../edge/open-function.ts';
import { jobs } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(jobs);

export const handler = createHandler({
  ...world,
  ...jobServices(db, {
    ...world,
    retentionDays: settings.PURSER_RETENTION_DAYS,
    holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
  }),
  randomBytes,
  files: createJobFiles(settings.PURSER_JOB_BUCKET),
  reader: createJobReader(settings.PURSER_JOB_BUCKET),
  queue: createQueue(settings.PURSER_JOB_QUEUE_URL),
});
