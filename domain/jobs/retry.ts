import type { FailureKind } from '../gateway/failure.ts';
import type { Job } from './job.ts';

/** How a turn of a job failed. */
export type TurnFailure =
  /** A budget or a control had no room after all. No call was made. */
  | { kind: 'no-room'; message: string }
  /** The store or the provider could not serve it now. Nothing was charged. */
  | { kind: 'outage'; message: string }
  /** The call began, and its answer is lost. It is charged. */
  | { kind: 'lost'; message: string }
  /** Nobody will ever serve this request. */
  | { kind: 'refused'; message: string };

/** What becomes of a job after a failed turn. */
export type Retry =
  | { kind: 'again'; runAfterMs: number; countsAttempt: boolean; reason: string }
  | { kind: 'failed'; countsAttempt: boolean; reason: string };

const NO_ROOM_PAUSE_MS = 60_000;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 2 * 3_600_000;

/**
 * Whether and when a job runs again. What budgets refuse waits for its turn and counts no attempt.
 * Outages are tried again after pauses that grow to two hours, until the deadline. A lost call is
 * made again only if the job asks for that, because it may be charged twice.
 * @param random from 0 to 1, so that jobs of one outage do not come back together
 */
export function retryAfter(
  job: Pick<Job, 'attempts' | 'retriesLost'>,
  failure: TurnFailure,
  { nowMs, random }: { nowMs: number; random: number },
): Retry {
  const reason = failure.message;
  switch (failure.kind) {
    case 'no-room':
      return {
        kind: 'again',
        runAfterMs: nowMs + NO_ROOM_PAUSE_MS * (0.5 + random / 2),
        countsAttempt: false,
        reason,
      };
    case 'outage':
      return again(job, reason, { nowMs, random });
    case 'lost':
      return job.retriesLost === true
        ? again(job, reason, { nowMs, random })
        : { kind: 'failed', countsAttempt: true, reason };
    case 'refused':
      return { kind: 'failed', countsAttempt: true, reason };
  }
}

/** Full pauses double from 30 seconds to two hours; each is shortened by up to a half. */
function again(
  { attempts }: Pick<Job, 'attempts'>,
  reason: string,
  { nowMs, random }: { nowMs: number; random: number },
): Retry {
  const fullMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20), LONGEST_PAUSE_MS);
  const runAfterMs = Math.round(nowMs + fullMs * (0.5 + random / 2));
  return { kind: 'again', runAfterMs, countsAttempt: true, reason };
}

/** Kinds of failures that pass. */
const PASSING: ReadonlySet<FailureKind> = new Set(['rate', 'overloaded', 'timeout', 'broken']);

/** How a call failed that no provider answered. @param isCharged whether it may be charged */
export function failureOfCall(kind: FailureKind, message: string, isCharged: boolean): TurnFailure {
  if (isCharged) return { kind: 'lost', message };
  return { kind: PASSING.has(kind) ? 'outage' : 'refused', message };
}
