import type { OrganizationCall } from '../../domain/access/caller.ts';
import { isPending, MOST_WAITING_MS } from '../../domain/jobs/job.ts';
import type { Severity } from '../../domain/severity.ts';
import type { JobFacts } from '../../contracts/jobs.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { conflict, invalidField, notFound, type ServiceError, unavailable } from '../errors.ts';
import { endJob } from './end-job.ts';
import { followHold, type FollowDeps } from './follow-hold.ts';
import { type JobReader, resultFileOf } from './job-files.ts';
import { placeOf, type QueueDeps } from './read-queue.ts';
import type { JobQueue } from './submit-job.ts';

export type ManageJobsDeps = QueueDeps & FollowDeps & { reader: JobReader; queue: JobQueue };

export const noJob = (): ServiceError => notFound('There is no such job.');

/** @throws ServiceError `not-found` */
export async function findJob(
  deps: ManageJobsDeps,
  { organizationId, nowMs }: OrganizationCall,
  jobId: string,
): Promise<StoredJob> {
  const job = await deps.jobs.get(organizationId, jobId);
  if (!job) throw noJob();
  return followHold(deps, job, nowMs);
}

/** What a caller learns of a job besides what is stored of it. */
export async function factsOf(
  deps: ManageJobsDeps,
  job: StoredJob,
  nowMs: number,
): Promise<JobFacts> {
  if (job.state === 'queued') return { place: await placeOf(deps, job, nowMs) };
  if (job.resultUntilMs === undefined || job.resultUntilMs <= nowMs) return {};
  const text = await deps.reader.get(resultFileOf(job));
  return text === undefined ? {} : { result: JSON.parse(text) as Record<string, unknown> };
}

/**
 * Changes the severity or the deadline of a job that waits.
 * @throws ServiceError `invalid-request`, `conflict` if it does not wait any more
 */
export async function changeJob(
  deps: ManageJobsDeps,
  job: StoredJob,
  change: { severity?: Severity | undefined; deadlineMs?: number | undefined },
  nowMs: number,
): Promise<StoredJob> {
  const { severity = job.severity } = change;
  const latestMs = job.submittedAtMs + MOST_WAITING_MS;
  const deadlineMs = Math.min(change.deadlineMs ?? job.deadlineMs, latestMs);
  if (change.deadlineMs !== undefined && deadlineMs <= nowMs) {
    throw invalidField('deadline', 'must be in the future');
  }
  const changed = await keepTrying(deps, job, (current) => {
    if (current.state === 'queued') {
      return deps.jobs.replace(current, { ...current, severity, deadlineMs });
    }
    throw conflict(`The job is ${current.state}. Only a job that waits can be changed.`);
  });
  await deps.queue.publish({ kind: 'dispatch', organizationId: job.organizationId });
  return changed;
}

/**
 * Cancels a job that waits. One that runs is cancelled when its call ends, because a call cannot be
 * stopped and is paid; its answer is dropped. That of an ended job is deleted.
 */
export async function cancelJob(
  deps: ManageJobsDeps,
  job: StoredJob,
  nowMs: number,
): Promise<StoredJob> {
  const changed = await keepTrying(deps, job, (current) => {
    const { resultUntilMs: _, ...unanswered } = current;
    switch (current.state) {
      case 'queued':
        return endJob(deps, current, 'cancelled', { nowMs, cause: 'cancelled' });
      case 'running':
        return deps.jobs.replace(current, { ...current, cancelledAtMs: nowMs });
      default:
        return deps.jobs.replace(current, unanswered);
    }
  });
  if (!isPending(changed)) await deps.files.delete(resultFileOf(job));
  await deps.queue.publish({ kind: 'dispatch', organizationId: job.organizationId });
  return changed;
}

async function keepTrying(
  { jobs }: ManageJobsDeps,
  { organizationId, jobId }: StoredJob,
  step: (job: StoredJob) => Promise<StoredJob | undefined>,
): Promise<StoredJob> {
  const outcome = await optimistically(async () => {
    const current = await jobs.get(organizationId, jobId);
    if (!current) throw noJob();
    const stored = await step(current);
    return stored ? { done: stored } : 'conflict';
  });
  if (!outcome) throw unavailable('The job changes too fast. Retry in a second.', 1_000);
  return outcome.done;
}
