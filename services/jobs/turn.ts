import type { JobStore, StoredJob } from '../../tables/jobs/jobs.ts';
import { optimistically } from '../../tables/optimistically.ts';

/** One turn of a job, as its message names it. */
export type TurnRef = { organizationId: string; jobId: string; turn: number };

/**
 * Changes a running job in one of its turns, and starts over if somebody else changed it meanwhile.
 * @param step returns what it stored, or `undefined` if the job was changed
 * @returns `undefined` if the turn is over
 */
export async function inTurn(
  { jobs }: { jobs: JobStore },
  { organizationId, jobId, turn }: TurnRef,
  step: (job: StoredJob) => Promise<StoredJob | undefined>,
): Promise<StoredJob | undefined> {
  const outcome = await optimistically(async () => {
    const job = await jobs.get(organizationId, jobId);
    if (job?.state !== 'running' || job.turns !== turn) return { done: undefined };
    const stored = await step(job);
    return stored ? { done: stored } : 'conflict';
  });
  return outcome?.done;
}

export const turnOf = ({
  organizationId,
  jobId,
  turns: turn,
}: Pick<StoredJob, 'organizationId' | 'jobId' | 'turns'>): TurnRef => ({
  organizationId,
  jobId,
  turn,
});
