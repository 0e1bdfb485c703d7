import type { OrganizationCall } from '../../domain/access/caller.ts';
import { MOST_WAITING_MS } from '../../domain/jobs/job.ts';
import type { Severity } from '../../domain/severity.ts';
import type { JobFacts } from '../../contracts/jobs.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { conflict, invalidField, notFound, type ServiceError, unavailable } from '../errors.ts';
import { endJob } from './end-job.ts';
import { followHold, type FollowDeps } from './follow-hold.ts';
import { type JobReader, requestFileOf, resultFileOf } from './job-files.ts';
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
  const changed = await keepTrying(deps, job, async (current) => {
    if (current.state === 'queued') {
      if (current.severity === severity && current.deadlineMs === deadlineMs) return current;
      return deps.jobs.replace(current, { ...current, severity, deadlineMs });
    }
    throw conflict(`The job is ${current.state}. Only a job that waits can be changed.`);
  });
  await deps.queue.publish({ kind: 'dispatch', organizationId: job.organizationId });
  return changed;
}

/**
 * Cancels a job that waits. One that runs is cancelled when its call ends, because a call cannot be
 * stopped and is paid; its answer is dropped. That of an ended job is deleted. The mark of a
 * cancellation is one write that nobody can outrun: the next change of the job ends it.
 */
export async function cancelJob(
  deps: ManageJobsDeps,
  job: StoredJob,
  nowMs: number,
): Promise<StoredJob> {
  const marked = await deps.jobs.cancel(job, nowMs);
  const changed = marked ? await endMarked(deps, marked, nowMs) : await dropAnswer(deps, job);
  await deps.queue.publish({ kind: 'dispatch', organizationId: job.organizationId });
  return changed;
}

/** Ends a marked job unless it runs. If others change it all the time, a dispatcher ends it. */
async function endMarked(
  deps: ManageJobsDeps,
  marked: StoredJob,
  nowMs: number,
): Promise<StoredJob> {
  const outcome = await optimistically(async () => {
    const current = await deps.jobs.get(marked.organizationId, marked.jobId);
    if (current?.state !== 'queued') return { done: current };
    const ended = await endJob(deps, current, 'cancelled', { nowMs, cause: 'cancelled' });
    return ended ? { done: ended } : 'conflict';
  });
  return outcome?.done ?? marked;
}

async function dropAnswer(deps: ManageJobsDeps, job: StoredJob): Promise<StoredJob> {
  const changed = await keepTrying(deps, job, async (current) => {
    const { resultUntilMs, ...unanswered } = current;
    return resultUntilMs === undefined ? current : deps.jobs.replace(current, unanswered);
  });
  await deps.files.delete(resultFileOf(job));
  // A failed job keeps its request.
  await deps.files.delete(requestFileOf(job));
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
