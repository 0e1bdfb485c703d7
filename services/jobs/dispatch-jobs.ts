import type { Telemetry } from '../../contracts/telemetry.ts';
import { callKeyOf } from '../../domain/jobs/job.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { endJob, queueAgain } from './end-job.ts';
import { followHold } from './follow-hold.ts';
import { gatherBatches, type GatherDeps } from './gather-batches.ts';
import { type QueueDeps, readQueue } from './read-queue.ts';
import { fail, isHeld, type RunDeps } from './run-job.ts';
import { turnOf } from './turn.ts';

export type DispatchDeps = QueueDeps & RunDeps & GatherDeps & { telemetry: Telemetry };

const TURN_MS = 60_000;
/** How long a started job may wait for a worker. */
const WAITING_FOR_WORKER_MS = 20 * 60_000;
/** The index of pending jobs shows a new one within moments; long before this, in any case. */
const IDLE_MS = 5 * 60_000;

/**
 * Starts the jobs of an organization for which there is money, in their order; ends those whose
 * deadline passed, and takes care of those whose worker died. Only one process does so for an
 * organization at a time; another one that comes meanwhile makes it look again.
 */
export async function dispatchJobs(deps: DispatchDeps, organizationId: string): Promise<void> {
  for (;;) {
    const nowMs = deps.now();
    const submittedAtMs = await deps.jobs.take(organizationId, nowMs, nowMs + TURN_MS);
    if (submittedAtMs === undefined) return;
    const pending = await dispatchOnce(deps, organizationId, nowMs);
    const isDone = await deps.jobs.release(organizationId);
    if (pending === 0 && submittedAtMs < nowMs - IDLE_MS) {
      await deps.jobs.forget(organizationId, submittedAtMs);
    }
    if (isDone) return;
  }
}

/** @returns how many jobs wait or run */
async function dispatchOnce(
  deps: DispatchDeps,
  organizationId: string,
  nowMs: number,
): Promise<number> {
  const pending: StoredJob[] = [];
  for (const job of await deps.jobs.pending(organizationId)) {
    const current = await lookAfter(deps, job, nowMs);
    if (current && current.endedAtMs === undefined) pending.push(current);
  }
  measure(deps, organizationId, pending, nowMs);
  const { planned, slots } = await readQueue(deps, organizationId, pending, nowMs);
  const starting = planned.flatMap(({ job, turn }) => (turn.kind === 'start' ? [job] : []));
  let free = slots;
  for (const job of await gatherBatches(deps, organizationId, starting, nowMs)) {
    if (job.kind === 'call' && (free -= 1) < 0) continue;
    await start(deps, job, nowMs);
  }
  for (const { batchId, restsUntilMs } of await deps.jobs.openBatches(organizationId)) {
    if (restsUntilMs <= nowMs) await deps.queue.publish({ kind: 'batch', organizationId, batchId });
  }
  return pending.length;
}

/** A job after what time did to it; `undefined` if somebody else changed it. */
async function lookAfter(
  deps: DispatchDeps,
  job: StoredJob,
  nowMs: number,
): Promise<StoredJob | undefined> {
  if (job.state === 'queued') {
    if (job.cancelledAtMs !== undefined) {
      return endJob(deps, job, 'cancelled', { nowMs, cause: 'cancelled' });
    }
    if (job.deadlineMs > nowMs) return job;
    const reason = 'Its deadline passed before there was room for it.';
    return endJob(deps, job, 'expired', { nowMs, cause: 'deadline', reason });
  }
  if (job.reservationId !== undefined) return followHold(deps, job, nowMs);
  if (job.leaseUntilMs === undefined || job.leaseUntilMs > nowMs) return job;
  if (job.begunAtMs === undefined || !(await isHeld(deps, job))) {
    return queueAgain(deps, job, { runAfterMs: nowMs });
  }
  if (job.kind === 'reservation') return adoptHold(deps, job);
  await fail(deps, job, {
    kind: 'lost',
    message: 'The worker that made the call died, so its answer is lost.',
  });
  return deps.jobs.get(job.organizationId, job.jobId);
}

/** Takes over what a worker held before it died. */
async function adoptHold(deps: DispatchDeps, job: StoredJob): Promise<StoredJob | undefined> {
  const entry = await deps.ledger.getReservationOfKey(
    job.organizationId,
    job.submitter.actor,
    callKeyOf(job),
  );
  return entry && deps.jobs.replace(job, { ...job, reservationId: entry.entryId });
}

async function start(deps: DispatchDeps, job: StoredJob, nowMs: number): Promise<void> {
  // What the queue knows besides the stored job stays here.
  const stored = await deps.jobs.get(job.organizationId, job.jobId);
  if (stored?.version !== job.version) return;
  const started = await deps.jobs.replace(stored, {
    ...stored,
    state: 'running',
    turns: stored.turns + 1,
    leaseUntilMs: nowMs + WAITING_FOR_WORKER_MS,
  });
  if (!started) return;
  try {
    await deps.queue.publish({ kind: 'run', ...turnOf(started) });
  } catch (error) {
    await queueAgain(deps, started, { runAfterMs: nowMs });
    throw error;
  }
}

function measure(
  { telemetry }: DispatchDeps,
  organizationId: string,
  pending: readonly StoredJob[],
  nowMs: number,
): void {
  const queued = pending.filter(({ state }) => state === 'queued');
  if (queued.length === 0) return;
  telemetry.metric('JobsWaiting', queued.length);
  const oldestMs = Math.min(...queued.map(({ submittedAtMs }) => submittedAtMs));
  const oldestSeconds = Math.round((nowMs - oldestMs) / 1_000);
  telemetry.metric('OldestJobSeconds', oldestSeconds);
  telemetry.info('JOBS_WAIT', { organizationId, jobs: queued.length, oldestSeconds });
}
