import { DAY_MS, type Job, MOST_WAITING_MS } from './job.ts';

/** A job that failed gets at least so long to start. */
const LEAST_MS = DAY_MS;

/** Whether running a job again can help: it failed, and its request may still be stored. */
export const mayRunAgain = ({ state, cause }: Pick<Job, 'state' | 'cause'>): boolean =>
  state === 'failed' && cause !== 'request-gone';

/**
 * A failed job as it waits once more. Its next turn has a number and a key of its own, so it pays for
 * itself and nothing twice. It keeps why it failed. A deadline that is over or near moves to as long
 * after now as it was after the submission.
 */
export function againOf(job: Job, nowMs: number): Job {
  const {
    cause: _cause,
    endedAtMs: _ended,
    resultUntilMs: _result,
    reservationId: _reservation,
    costNanoUsd: _cost,
    savedNanoUsd: _saved,
    batchId: _batch,
    leaseUntilMs: _lease,
    begunAtMs: _begun,
    ...rest
  } = job;
  const spanMs = Math.min(Math.max(job.deadlineMs - job.submittedAtMs, LEAST_MS), MOST_WAITING_MS);
  return {
    ...rest,
    state: 'queued',
    runAfterMs: nowMs,
    deadlineMs: job.deadlineMs < nowMs + LEAST_MS ? nowMs + spanMs : job.deadlineMs,
    reason: `An operator has it run again. Before: ${job.reason ?? 'it failed.'}`,
  };
}
