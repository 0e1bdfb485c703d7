import type { EndCause, EndState, Job } from '../../domain/jobs/job.ts';
import type { JobStore, StoredJob } from '../../tables/jobs/jobs.ts';
import { type JobFiles, requestFileOf } from './job-files.ts';

export type EndDeps = { jobs: JobStore; files: JobFiles };

/**
 * Ends a job and deletes its request, unless it failed: then an operator may have it run again.
 * @returns the job as stored, or `undefined` if somebody changed it meanwhile
 */
export async function endJob(
  { jobs, files }: EndDeps,
  job: StoredJob,
  state: EndState,
  facts: Partial<Job> & { nowMs: number; cause: EndCause | undefined },
): Promise<StoredJob | undefined> {
  const { nowMs, ...changed } = facts;
  const { leaseUntilMs: _, begunAtMs: __, ...rest } = job;
  const ended = await jobs.replace(job, { ...rest, ...changed, state, endedAtMs: nowMs });
  if (ended && state !== 'failed') await files.delete(requestFileOf(job));
  return ended;
}

/** Puts a job that ran back in the queue. */
export function queueAgain(
  { jobs }: Pick<EndDeps, 'jobs'>,
  job: StoredJob,
  changed: Partial<Job>,
): Promise<StoredJob | undefined> {
  const { leaseUntilMs: _, begunAtMs: __, reservationId: ___, batchId: ____, ...rest } = job;
  return jobs.replace(job, { ...rest, ...changed, state: 'queued' });
}
