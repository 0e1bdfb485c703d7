import { type JobMessage, jobRequest } from '../../contracts/job-message.ts';
import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Call } from '../../domain/access/caller.ts';
import {
  callKeyOf,
  type EndCause,
  type Job,
  RESULT_KEPT_MS,
  tierOf,
} from '../../domain/jobs/job.ts';
import { failureOfCall, retryAfter, type TurnFailure } from '../../domain/jobs/retry.ts';
import { type NanoUsd, parseUsd } from '../../domain/money.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { type ErrorKind, ServiceError } from '../errors.ts';
import type { ClientAnswer, GatewayRequest } from '../gateway/gateway-request.ts';
import { CallFailedError } from '../gateway/open-call.ts';
import { type ServeDeps, serveRequest } from '../gateway/serve-request.ts';
import { createReservation } from '../reservations/create-reservation.ts';
import { refusalOf } from '../reservations/refusals.ts';
import { callOfSubmitter, type SubmitterDeps } from './check-submitter.ts';
import { type EndDeps, endJob, queueAgain } from './end-job.ts';
import { gatewayRequestOf } from './job-call.ts';
import { type JobReader, requestFileOf, resultFileOf } from './job-files.ts';
import { savedBy } from './saved-by-tier.ts';
import type { JobQueue } from './submit-job.ts';
import { inTurn, type TurnRef, turnOf } from './turn.ts';

export type RunDeps = EndDeps &
  SubmitterDeps &
  ServeDeps & { reader: JobReader; queue: JobQueue; telemetry: Telemetry; random: () => number };

/** Longer than a worker lives. */
const LEASE_MS = 16 * 60_000;

/**
 * Runs one turn of a job. A message that comes again does nothing, because the first one took the
 * turn. The Idempotency-Key of the call is that of the turn, so its money is held once.
 * @throws Error if something broke that no rule names; the turn may then be taken again
 */
export async function runJob(
  deps: RunDeps,
  { organizationId, jobId, turn }: Extract<JobMessage, { kind: 'run' }>,
): Promise<void> {
  const ref = { organizationId, jobId, turn };
  const job = await takeTurn(deps, ref);
  if (!job) return;
  try {
    await work(deps, job);
  } catch (error) {
    if (!(await isHeld(deps, job))) {
      await inTurn(deps, ref, (current) =>
        deps.jobs.replace(current, { ...current, begunAtMs: undefined }),
      );
      throw error;
    }
    await fail(deps, job, { kind: 'lost', message: 'Purser failed while the call was made.' });
    deps.telemetry.error('JOB_NOT_RUN', { error, jobId });
  }
  await deps.queue.publish({ kind: 'dispatch', organizationId });
}

/** Gives up a job whose turns break in ways that no rule names. */
export async function setAside(deps: RunDeps, ref: TurnRef, reason: string): Promise<void> {
  await inTurn(deps, ref, (job) =>
    deps.jobs.replace(job, {
      ...job,
      state: 'failed',
      cause: 'broken',
      reason,
      endedAtMs: deps.now(),
    }),
  );
}

/** Whether a call of this turn holds money, or did. */
export const isHeld = async ({ ledger }: Pick<RunDeps, 'ledger'>, job: Job): Promise<boolean> =>
  (await ledger.getReservationOfKey(job.organizationId, job.submitter.actor, callKeyOf(job))) !==
  undefined;

const takeTurn = ({ jobs, now }: RunDeps, ref: TurnRef): Promise<StoredJob | undefined> => {
  let taken: StoredJob | undefined;
  return inTurn({ jobs }, ref, async (job) => {
    if (job.begunAtMs !== undefined) return job;
    const nowMs = now();
    taken = await jobs.replace(job, { ...job, begunAtMs: nowMs, leaseUntilMs: nowMs + LEASE_MS });
    return taken;
  }).then(() => taken);
};

async function work(deps: RunDeps, job: StoredJob): Promise<void> {
  const nowMs = deps.now();
  if (job.cancelledAtMs !== undefined) return end(deps, job, 'cancelled', { cause: 'cancelled' });
  if (job.deadlineMs <= nowMs) {
    return end(deps, job, 'expired', {
      cause: 'deadline',
      reason: 'Its deadline passed before it could start.',
    });
  }
  const allowed = await callOfSubmitter(deps, job, nowMs);
  if ('refusal' in allowed) {
    return end(deps, job, 'cancelled', { cause: 'not-allowed', reason: allowed.refusal });
  }
  const text = await deps.reader.get(requestFileOf(job));
  if (text === undefined) {
    return end(deps, job, 'failed', { cause: 'request-gone', reason: 'Its request is gone.' });
  }
  const asked = jobRequest.parse(JSON.parse(text));
  if (asked.kind === 'reservation') {
    return hold(deps, job, allowed.call, asked.request);
  }
  const request = gatewayRequestOf(job, allowed.call, asked);
  return makeCall(deps, job, request);
}

/** Makes the call of a job, and keeps its answer. */
async function makeCall(deps: RunDeps, job: StoredJob, request: GatewayRequest): Promise<void> {
  const client = collectedAnswer();
  try {
    await serveRequest(deps, request, client);
  } catch (error) {
    const failure = failureIn(error);
    if (!failure) throw error;
    return fail(deps, job, failure);
  }
  const answer = client.answer();
  if (!answer) throw new Error('a call was served without an answer');
  await deps.files.put(resultFileOf(job), answer.json);
  const { 'x-purser-cost-usd': costUsd, 'x-purser-cache': cache } = answer.headers;
  // An answer from the cache names the call that made it, which was not this job's.
  const reservationId = cache === 'hit' ? undefined : answer.headers['x-purser-reservation-id'];
  const facts = {
    attempts: job.attempts + 1,
    reservationId,
    costNanoUsd: costUsd === undefined ? undefined : parseUsd(costUsd),
    savedNanoUsd: await savedByFlex(deps, job, reservationId),
    reason: undefined,
  };
  const ended = await inTurn(deps, turnOf(job), (current) => {
    const nowMs = deps.now();
    return current.cancelledAtMs === undefined
      ? endJob(deps, current, 'succeeded', {
          ...facts,
          nowMs,
          cause: undefined,
          resultUntilMs: nowMs + RESULT_KEPT_MS,
        })
      : endJob(deps, current, 'cancelled', { ...facts, nowMs, cause: 'cancelled' });
  });
  if (ended?.state !== 'succeeded') await deps.files.delete(resultFileOf(job));
  tell(deps, ended);
}

/** What the flex tier saved on a call, if it asked for it. */
async function savedByFlex(
  deps: RunDeps,
  job: StoredJob,
  reservationId: string | undefined,
): Promise<NanoUsd | undefined> {
  if (tierOf(job) === undefined || reservationId === undefined) return undefined;
  const entry = await deps.ledger.getReservation(reservationId);
  return entry && savedBy(deps, entry);
}

/** Holds the money of a job whose call somebody else makes. */
async function hold(deps: RunDeps, job: StoredJob, call: Call, asked: AiRequest): Promise<void> {
  const request: AiRequest = { ...asked, severity: job.severity, urgency: 'deferred' };
  let outcome: Awaited<ReturnType<typeof createReservation>>;
  try {
    outcome = await createReservation(deps, call, request, callKeyOf(job));
  } catch (error) {
    const failure = failureIn(error);
    if (!failure) throw error;
    return fail(deps, job, failure);
  }
  if (outcome.kind !== 'reserved') {
    const { message } = refusalOf(outcome, {
      nowMs: call.nowMs,
      holdMs: deps.holdMs,
      severity: undefined,
    });
    return fail(deps, job, { kind: 'no-room', message });
  }
  const { entryId: reservationId, model, expiresAtMs } = outcome.entry;
  await inTurn(deps, turnOf(job), (current) =>
    deps.jobs.replace(current, {
      ...current,
      reservationId,
      model,
      attempts: current.attempts + 1,
      leaseUntilMs: expiresAtMs,
      reason: undefined,
    }),
  );
}

/** Ends or repeats a job after a failed turn. */
export async function fail(deps: RunDeps, job: StoredJob, failure: TurnFailure): Promise<void> {
  const cost = failure.kind === 'lost' ? await lostCost(deps, job) : {};
  const ended = await inTurn(deps, turnOf(job), (current) => {
    const nowMs = deps.now();
    const retry = retryAfter(current, failure, { nowMs, random: deps.random() });
    const { reason } = retry;
    const attempts = current.attempts + (retry.countsAttempt ? 1 : 0);
    if (current.cancelledAtMs !== undefined) {
      return endJob(deps, current, 'cancelled', { ...cost, nowMs, cause: 'cancelled', attempts });
    }
    if (retry.kind === 'failed') {
      const cause = failure.kind === 'lost' ? 'lost' : 'refused';
      return endJob(deps, current, 'failed', { ...cost, nowMs, cause, attempts, reason });
    }
    return queueAgain(deps, current, { attempts, reason, runAfterMs: retry.runAfterMs });
  });
  tell(deps, ended);
}

/** What a lost call is charged, as far as it is known now. */
async function lostCost(
  { ledger }: RunDeps,
  { organizationId, submitter, ...turn }: StoredJob,
): Promise<Partial<Job>> {
  const key = callKeyOf(turn);
  const entry = await ledger.getReservationOfKey(organizationId, submitter.actor, key);
  if (!entry) return {};
  const isOpen = entry.state === 'reserved';
  return {
    reservationId: entry.entryId,
    ...(isOpen ? {} : { costNanoUsd: entry.chargedNanoUsd }),
  };
}

async function end(
  deps: RunDeps,
  job: StoredJob,
  state: 'cancelled' | 'expired' | 'failed',
  facts: Partial<Job> & { cause: EndCause },
): Promise<void> {
  const ended = await inTurn(deps, turnOf(job), (current) =>
    endJob(deps, current, state, { ...facts, nowMs: deps.now() }),
  );
  tell(deps, ended);
}

function tell({ telemetry }: Pick<RunDeps, 'telemetry'>, job: StoredJob | undefined): void {
  if (!job) return;
  const { organizationId, jobId, state, attempts } = job;
  telemetry.info('JOB_TURN_ENDED', { organizationId, jobId, state, attempts });
}

const NO_ROOM: ReadonlySet<ErrorKind> = new Set([
  'budget-exceeded',
  'control-in-force',
  'throttled',
]);

/** How a call failed, by the errors that the gateway names; `undefined` for all others. */
export function failureIn(error: unknown): TurnFailure | undefined {
  if (error instanceof CallFailedError) {
    return failureOfCall(error.failure.kind, error.message, error.isCharged);
  }
  if (!(error instanceof ServiceError)) return undefined;
  const { kind, message } = error;
  if (NO_ROOM.has(kind)) return { kind: 'no-room', message };
  if (kind === 'unavailable' || kind === 'too-many-requests') return { kind: 'outage', message };
  return { kind: 'refused', message };
}

type WholeAnswer = { headers: Record<string, string>; json: string };

/** A client that keeps the whole answer, and never goes away. */
function collectedAnswer(): ClientAnswer & { answer: () => WholeAnswer | undefined } {
  let answer: WholeAnswer | undefined;
  const noStream = (): never => {
    throw new Error('the call of a job does not stream');
  };
  return {
    whole: (_, headers, json) => {
      answer = { headers, json };
    },
    begin: noStream,
    event: noStream,
    ping: noStream,
    close: noStream,
    isGone: () => false,
    answer: () => answer,
  };
}
