import type { JobMessage } from '../../contracts/job-message.ts';
import { isLostBatch } from '../../domain/batches/batch-end.ts';
import type { StoredBatch } from '../../tables/jobs/batches.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { releaseCall } from '../gateway/close-call.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type CollectDeps, recordsOf } from './collect-batch.ts';
import { queueAgain } from './end-job.ts';
import { loseBatch, settleBatch } from './settle-batch.ts';
import { inTurn, turnOf } from './turn.ts';

/** What Purser asks of batch inference (`aws/bedrock-batches.ts`). */
export type RunBatchDeps = CollectDeps;

const HOUR_MS = 3_600_000;
/** Longer than a worker lives. */
const LEASE_MS = 16 * 60_000;
/** Between two looks at a batch that runs. */
const REST_MS = 2 * 60_000;
/** A batch's answers are settled within this after its end. */
const SETTLING_MS = 2 * HOUR_MS;
const AT_ONCE = 16;

/**
 * Takes the next step with a batch: holds money and writes its file, starts it, or settles it once it has
 * ended. A message that comes again does nothing while a step runs.
 */
export async function runBatch(
  deps: RunBatchDeps,
  { organizationId, batchId }: Extract<JobMessage, { kind: 'batch' }>,
): Promise<void> {
  const nowMs = deps.now();
  const untilMs = nowMs + LEASE_MS;
  const batch = await deps.jobs.takeBatch(organizationId, batchId, { nowMs, untilMs });
  if (!batch) return;
  const pending = await deps.jobs.pending(organizationId);
  const jobs = pending.filter((job) => job.batchId === batchId && job.state === 'running');
  const next = await step(deps, batch, jobs);
  if (next) await deps.jobs.putBatch({ ...next, restsUntilMs: deps.now() + REST_MS });
  else {
    await deps.jobs.deleteBatch(organizationId, batchId);
    await deps.queue.publish({ kind: 'dispatch', organizationId });
  }
}

/** @returns the batch as it goes on, or `undefined` if nothing is left to do */
async function step(
  deps: RunBatchDeps,
  batch: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<StoredBatch | undefined> {
  switch (batch.state) {
    case 'collecting':
      return collect(deps, batch, jobs);
    case 'written':
      // Bedrock may have started it, and has not been reached since.
      return isLostBatch(batch, deps.batchTerms, deps.now())
        ? loseBatch(deps, batch, jobs)
        : start(deps, batch, jobs);
    case 'started':
      return settleBatch(deps, batch, jobs);
  }
}

async function collect(
  deps: RunBatchDeps,
  batch: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<StoredBatch | undefined> {
  // An earlier worker died. Bedrock knows nothing of the batch, so everything can start over.
  if (jobs.some(({ reservationId }) => reservationId !== undefined)) {
    await giveUp(deps, jobs, {});
    return undefined;
  }
  const records = recordsOf(deps, jobs);
  await deps.batches.write(batch.batchId, records.lines());
  const { jobs: collected, upstreamModel } = records;
  if (collected.length < deps.batchTerms.fewestRecords || upstreamModel === undefined) {
    await giveUp(deps, collected, { isAlone: true });
    await deps.batches.clear(batch.batchId);
    return undefined;
  }
  const written: StoredBatch = { ...batch, state: 'written', upstreamModel };
  await deps.jobs.putBatch({ ...written, restsUntilMs: deps.now() + LEASE_MS });
  return start(deps, written, collected);
}

async function start(
  deps: RunBatchDeps,
  batch: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<StoredBatch | undefined> {
  const { timeoutMs } = deps.batchTerms;
  const { batchId, upstreamModel = '' } = batch;
  const begun = await deps.batches.start(batchId, upstreamModel, timeoutMs / HOUR_MS);
  if (begun.kind === 'refused') {
    deps.telemetry.warn('BATCH_REFUSED', { batchId, reason: begun.reason });
    await giveUp(deps, jobs, { isAlone: true });
    await deps.batches.clear(batchId);
    return undefined;
  }
  const leaseUntilMs = deps.now() + timeoutMs + SETTLING_MS;
  await mapConcurrently(jobs, AT_ONCE, (job) =>
    inTurn(deps, turnOf(job), (current) =>
      deps.jobs.replace(current, { ...current, leaseUntilMs }),
    ),
  );
  deps.telemetry.info('BATCH_STARTED', { batchId, requests: jobs.length });
  return { ...batch, state: 'started', jobArn: begun.jobArn };
}

/** Releases the money of jobs whose batch was not started, and puts them back in the queue. */
async function giveUp(
  deps: RunBatchDeps,
  jobs: readonly StoredJob[],
  changed: Partial<StoredJob>,
): Promise<void> {
  await mapConcurrently(jobs, AT_ONCE, async (job) => {
    const entry =
      job.reservationId === undefined
        ? undefined
        : await deps.ledger.getReservation(job.reservationId);
    if (entry?.state === 'reserved') await releaseCall(deps, entry);
    await inTurn(deps, turnOf(job), (current) =>
      queueAgain(deps, current, { ...changed, runAfterMs: deps.now() }),
    );
  });
}
