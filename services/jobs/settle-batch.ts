import { endRecords, isLostBatch, type RecordEnd } from '../../domain/batches/batch-end.ts';
import { answerInLine, type BatchAnswer } from '../../domain/batches/batch-file.ts';
import { reportIn } from '../../domain/gateway/call-usage.ts';
import { RESULT_KEPT_MS } from '../../domain/jobs/job.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { finishReasonIn } from '../../domain/provider-usage/finish-reason.ts';
import type { StoredBatch } from '../../tables/jobs/batches.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { releaseCall, settleCall, settleLostCall } from '../gateway/close-call.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { extendReservation } from '../reservations/extend-reservation.ts';
import type { CollectDeps } from './collect-batch.ts';
import { endJob, queueAgain } from './end-job.ts';
import { resultFileOf } from './job-files.ts';
import { fail } from './run-job.ts';
import { savedBy } from './saved-by-tier.ts';
import { inTurn, turnOf } from './turn.ts';

const AT_ONCE = 16;
/** Holds of a batch last a day, and Bedrock may take as long. */
const EXTENDED_AFTER_MS = 20 * 3_600_000;
const EXTENDED_BY_SECONDS = 10 * 3_600;

/**
 * Settles a batch once it has ended: each record at what Bedrock reports. What was not processed is
 * released and runs alone. If Bedrock does not say for long what became of it, every record is lost.
 * @returns the batch if it still runs
 */
export async function settleBatch(
  deps: CollectDeps,
  batch: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<StoredBatch | undefined> {
  const { batchId, jobArn = '' } = batch;
  const look = await lookAt(deps, batch, jobs);
  if (look.kind === 'running') {
    if (!isLostBatch(batch, deps.batchTerms, deps.now())) return keepHeld(deps, batch, jobs);
    return loseBatch(deps, batch, jobs);
  }
  await mapConcurrently(jobs, AT_ONCE, (job) => end(deps, job, look.ends.get(job.jobId)));
  deps.telemetry.info('BATCH_ENDED', { batchId, requests: jobs.length, status: look.status });
  await deps.batches.clear(batchId, jobArn);
  return undefined;
}

/** Ends the jobs of a batch that counts as lost: each is charged like a call that breaks off. */
export async function loseBatch(
  deps: CollectDeps,
  { batchId }: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<undefined> {
  await mapConcurrently(jobs, AT_ONCE, (job) => end(deps, job, { kind: 'lost' }));
  deps.telemetry.warn('BATCH_LOST', { batchId, requests: jobs.length });
  return undefined;
}

type Look = { kind: 'running' } | { kind: 'ended'; status: string; ends: Map<string, RecordEnd> };

/** How far a batch is. One that cannot be looked at now counts as running. */
async function lookAt(
  { batches, telemetry }: CollectDeps,
  { batchId, jobArn = '' }: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<Look> {
  try {
    const status = await batches.status(jobArn);
    if (status.kind === 'running') return { kind: 'running' };
    const answers: BatchAnswer[] = [];
    if (status.hasOutput) {
      for await (const line of batches.answers(batchId, jobArn)) {
        const answer = answerInLine(line);
        if (answer) answers.push(answer);
      }
    }
    const manifest = status.hasOutput ? await batches.manifest(batchId, jobArn) : undefined;
    const processed = status.hasOutput ? manifest?.processed : status.processed;
    const ids = jobs.map(({ jobId }) => jobId);
    return { kind: 'ended', status: status.status, ends: endRecords(ids, answers, processed) };
  } catch (error) {
    telemetry.error('BATCH_UNREADABLE', { batchId, error });
    return { kind: 'running' };
  }
}

async function end(
  deps: CollectDeps,
  job: StoredJob,
  recordEnd: RecordEnd | undefined,
): Promise<void> {
  const entry = job.reservationId && (await deps.ledger.getReservation(job.reservationId));
  if (!entry || !recordEnd) return;
  switch (recordEnd.kind) {
    case 'settle':
      return settle(deps, job, entry, recordEnd.answer);
    case 'release': {
      if (entry.state === 'reserved') await releaseCall(deps, entry);
      const { reason } = recordEnd;
      await inTurn(deps, turnOf(job), (current) =>
        queueAgain(deps, current, {
          isAlone: true,
          attempts: current.attempts + 1,
          runAfterMs: deps.now(),
          reason,
        }),
      );
      return;
    }
    case 'lost':
      await settleLostCall(deps, callOf(job, deps.now()), entry, serverOf(entry));
      await fail(deps, job, { kind: 'lost', message: 'The batch ended without its answer.' });
  }
}

async function settle(
  deps: CollectDeps,
  job: StoredJob,
  entry: Entry,
  { body }: Extract<BatchAnswer, { kind: 'answered' }>,
): Promise<void> {
  const nowMs = deps.now();
  const settled = await settleCall(deps, callOf(job, nowMs), entry, {
    usage: { report: reportIn(body, {}) },
    server: serverOf(entry),
    finishReason: finishReasonIn(body),
    delivery: undefined,
  });
  if (!settled) throw new Error(`the record of job ${job.jobId} could not be settled`);
  await deps.files.put(resultFileOf(job), JSON.stringify(body));
  const facts = {
    nowMs,
    attempts: job.attempts + 1,
    costNanoUsd: settled.chargedNanoUsd,
    savedNanoUsd: await savedBy(deps, settled),
    reason: undefined,
  };
  const ended = await inTurn(deps, turnOf(job), (current) =>
    current.cancelledAtMs === undefined
      ? endJob(deps, current, 'succeeded', {
          ...facts,
          cause: undefined,
          resultUntilMs: nowMs + RESULT_KEPT_MS,
        })
      : endJob(deps, current, 'cancelled', { ...facts, cause: 'cancelled' }),
  );
  if (ended?.state !== 'succeeded') await deps.files.delete(resultFileOf(job));
}

/** Keeps the money of a batch held that takes as long as it may. */
async function keepHeld(
  deps: CollectDeps,
  batch: StoredBatch,
  jobs: readonly StoredJob[],
): Promise<StoredBatch> {
  const nowMs = deps.now();
  if (batch.isExtended === true || nowMs < batch.createdAtMs + EXTENDED_AFTER_MS) return batch;
  await mapConcurrently(jobs, AT_ONCE, async ({ reservationId }) => {
    const entry = reservationId && (await deps.ledger.getReservation(reservationId));
    if (entry && entry.state === 'reserved') {
      await extendReservation(deps, entry, EXTENDED_BY_SECONDS, nowMs);
    }
  });
  return { ...batch, isExtended: true };
}

const callOf = ({ organizationId, submitter: { actor } }: StoredJob, nowMs: number) => ({
  organizationId,
  actor,
  nowMs,
});

/** How long a batch took says nothing about the model. */
const serverOf = ({ model, region }: Entry) => ({ model, region, latencyMs: undefined });
