import { randomBytes } from 'node:crypto';
import { startsAhead } from '../../aws/environment.ts';
import { createJobFiles } from '../../aws/job-files.ts';
import { createQueue } from '../../aws/queue.ts';
import { waitingServices } from '../../composition/jobs.ts';
import { decisionServices } from '../../composition/reservations.ts';
import type { SubmitDeps } from '../../services/jobs/submit-job.ts';
import { openFunction } from '../edge/open-function.ts';
import { reserve } from './function.ts';
import { createHandler } from './handler.ts';
import { warmUp } from './warm-up.ts';

const { db, settings, world } = openFunction(reserve);

const own = {
  ...world,
  alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
  retentionDays: settings.PURSER_RETENTION_DAYS,
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
};
const services = decisionServices(db, own);

const waiting: SubmitDeps = {
  ...services,
  ...waitingServices(db, own, { budgets: services.books }),
  randomBytes,
  files: createJobFiles(settings.PURSER_JOB_BUCKET),
  queue: createQueue(settings.PURSER_JOB_QUEUE_URL),
};

const deps = { ...world, ...services, waiting };

export const handler = createHandler(deps);
if (startsAhead()) await warmUp(deps, deps.now());
