import { type BatchTerms, planBatches } from '../../domain/batches/batch-plan.ts';
import { mayBatch } from '../../domain/jobs/job.ts';
import type { JobStore, StoredJob } from '../../tables/jobs/jobs.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { uuidV7 } from '../reservations/reservation-id.ts';
import { queueAgain } from './end-job.ts';
import type { JobQueue } from './submit-job.ts';

export type GatherDeps = {
  jobs: JobStore;
  queue: JobQueue;
  randomBytes: (size: number) => Buffer;
  batchTerms: BatchTerms;
};

/** Longer than it takes to hold the money of a batch and to write its file. */
const COLLECTING_MS = 60 * 60_000;
const WRITES_AT_ONCE = 16;

/**
 * Submits jobs that may wait for a batch, and for which there is money, in batches.
 * @returns those that start alone
 */
export async function gatherBatches(
  deps: GatherDeps,
  organizationId: string,
  starting: readonly StoredJob[],
  nowMs: number,
): Promise<StoredJob[]> {
  const candidates = starting.filter(mayBatch).map((job) => ({
    ...job,
    waitingNanoUsdPerHour: job.waitingNanoUsdPerHour ?? 0n,
  }));
  const plan = planBatches(candidates, nowMs, deps.batchTerms);
  for (const { jobs } of plan.batches) await submitBatch(deps, organizationId, jobs, nowMs);
  const isWaiting = new Set(
    [...plan.gathering, ...plan.batches.flatMap(({ jobs }) => jobs)].map(({ jobId }) => jobId),
  );
  return starting.filter(({ jobId }) => !isWaiting.has(jobId));
}

async function submitBatch(
  { jobs: store, queue, randomBytes }: GatherDeps,
  organizationId: string,
  jobs: readonly StoredJob[],
  nowMs: number,
): Promise<void> {
  const batchId = uuidV7(nowMs, randomBytes(10));
  await store.putBatch({
    organizationId,
    batchId,
    state: 'collecting',
    createdAtMs: nowMs,
    restsUntilMs: nowMs,
  });
  const joined = await mapConcurrently(jobs, WRITES_AT_ONCE, async ({ jobId, version }) => {
    const stored = await store.get(organizationId, jobId);
    if (stored?.version !== version) return undefined;
    return store.replace(stored, {
      ...stored,
      state: 'running',
      turns: stored.turns + 1,
      batchId,
      leaseUntilMs: nowMs + COLLECTING_MS,
    });
  });
  try {
    await queue.publish({ kind: 'batch', organizationId, batchId });
  } catch (error) {
    for (const job of joined)
      if (job) await queueAgain({ jobs: store }, job, { runAfterMs: nowMs });
    await store.deleteBatch(organizationId, batchId);
    throw error;
  }
}
