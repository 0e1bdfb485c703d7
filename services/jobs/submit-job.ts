import { createHash } from 'node:crypto';
import type { JobMessage } from '../../contracts/job-message.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import { type Job, MOST_PENDING, MOST_WAITING_MS } from '../../domain/jobs/job.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { DEFAULT_SEVERITY, type Severity, underCeiling } from '../../domain/severity.ts';
import { isPending } from '../../domain/jobs/job.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { conflict, forbiddenField, invalidField, ServiceError, unavailable } from '../errors.ts';
import type { Directory } from '../members/directory.ts';
import type { Quote } from '../prediction/quote-model.ts';
import { type PredictCostDeps, quoteAll } from '../prediction/predict-cost.ts';
import { uuidV7 } from '../reservations/reservation-id.ts';
import { type JobFiles, requestFileOf } from './job-files.ts';
import type { NewWork } from './new-work.ts';
import { placeOf, type QueueDeps, readQueue } from './read-queue.ts';

export type JobQueue = { publish: (message: JobMessage) => Promise<void> };

export type SubmitDeps = QueueDeps &
  Omit<PredictCostDeps, 'newId'> & {
    files: JobFiles;
    queue: JobQueue;
    directory: Directory;
    randomBytes: (size: number) => Buffer;
  };

/** What is to be done later. */
export type NewJob = NewWork & {
  severity?: Severity | undefined;
  deadlineMs?: number | undefined;
  retriesLost?: boolean | undefined;
  /** Absent if it may not wait for a batch. */
  waitingNanoUsdPerHour?: NanoUsd | undefined;
  idempotencyKey: string | undefined;
};

export type Submitted = {
  job: StoredJob;
  place: { position: number; expectedStartMs: number | undefined };
};

/**
 * Queues work that waits for money. Its text goes to a file and nowhere else. Repeating an
 * Idempotency-Key with the same credential returns the same job.
 * @throws ServiceError `invalid-request`, `unknown-price`, `forbidden`, `conflict` (key used with
 *   another request), `too-many-requests` if too much waits already, `unavailable`
 */
export async function submitJob(
  deps: SubmitDeps,
  call: Caller & Call,
  sent: NewJob,
): Promise<Submitted> {
  const { organizationId, nowMs } = call;
  const earlier = await earlierJob(deps, call, sent);
  if (earlier) return earlier;
  requireDeadline(sent.deadlineMs, nowMs);
  const placed = await deps.directory.place(call, sent.request);
  if ('refusal' in placed) throw forbiddenField(placed.refusal);
  const job = await jobOf(deps, call, { ...sent, request: placed.request });
  const pending = await deps.jobs.pending(organizationId);
  if (pending.length >= MOST_PENDING) throw tooMany();
  await deps.files.put(requestFileOf(job), JSON.stringify(workOf(sent.work, job)));
  const added = await deps.jobs.add(job, keyDigestOf(call, sent.idempotencyKey));
  if (added !== 'added') {
    await deps.files.delete(requestFileOf(job));
    const made = added === 'exists' ? await earlierJob(deps, call, sent) : undefined;
    if (made) return made;
    throw unavailable('Too many jobs are queued at once. Retry in a second.', 1_000);
  }
  await deps.queue.publish({ kind: 'dispatch', organizationId });
  const stored = { ...job, version: 1 };
  const queue = await readQueue(deps, organizationId, [...pending, stored], nowMs);
  return { job: stored, place: queue.placeOf(job.jobId) };
}

/**
 * The job that an earlier call with the same key made.
 * @throws ServiceError `conflict` if that was another request
 */
export async function earlierJob(
  deps: QueueDeps,
  call: Call,
  sent: Pick<NewJob, 'work' | 'idempotencyKey'>,
): Promise<Submitted | undefined> {
  const digest = keyDigestOf(call, sent.idempotencyKey);
  const job =
    digest === undefined ? undefined : await deps.jobs.getOfKey(call.organizationId, digest);
  if (!job) return undefined;
  if (job.requestDigest !== digestOf(sent.work)) {
    const message = 'was already used with another request';
    throw conflict(`This Idempotency-Key ${message}.`, [{ field: 'Idempotency-Key', message }]);
  }
  const place = isPending(job)
    ? await placeOf(deps, job, call.nowMs)
    : { position: 1, expectedStartMs: job.endedAtMs };
  return { job, place };
}

async function jobOf(deps: SubmitDeps, call: Caller & Call, sent: NewJob): Promise<Job> {
  const { organizationId, nowMs, actor, role } = call;
  const { users, departments, systems, ownDepartments, severityCeiling } = call;
  const { work, request } = sent;
  const [quoteSet] = await quoteAll(deps, call, [request]);
  if (!quoteSet) throw new Error('a request has a quote');
  const [quote] = quoteSet.quotes;
  const inBatch =
    sent.waitingNanoUsdPerHour === undefined
      ? undefined
      : await quoteIn('batch', deps, call, { ...sent, model: quote.model });
  const inFlex = await quoteIn('flex', deps, call, { ...sent, model: quote.model });
  const usesFlex = inFlex && inFlex.upperBoundNanoUsd < quote.upperBoundNanoUsd;
  const { severity = DEFAULT_SEVERITY } = underCeiling(
    { severity: sent.severity ?? request.severity },
    severityCeiling,
  );
  return {
    organizationId,
    jobId: uuidV7(nowMs, deps.randomBytes(10)),
    kind: work.kind,
    state: 'queued',
    userId: request.userId,
    departmentId: request.departmentId,
    system: request.system,
    model: quote.model,
    sessionId: request.sessionId,
    tags: request.tags,
    severity,
    expectedNanoUsd: quote.expectedCostNanoUsd,
    amountNanoUsd: usesFlex ? inFlex.upperBoundNanoUsd : quote.upperBoundNanoUsd,
    tokens: quote.upperBoundTokens,
    submitter: { actor, role, users, departments, systems, ownDepartments, severityCeiling },
    submittedAtMs: nowMs,
    deadlineMs: Math.min(sent.deadlineMs ?? Infinity, nowMs + MOST_WAITING_MS),
    runAfterMs: nowMs,
    turns: 0,
    attempts: 0,
    requestDigest: digestOf(work),
    ...(sent.retriesLost === true ? { retriesLost: true } : {}),
    ...(usesFlex ? { usesFlex } : {}),
    ...(inBatch
      ? {
          batchNanoUsd: inBatch.expectedCostNanoUsd,
          waitingNanoUsdPerHour: sent.waitingNanoUsdPerHour,
        }
      : {}),
  };
}

/** The quote of a call in another tier; `undefined` if it is no call, states a tier, or has no such price. */
async function quoteIn(
  serviceTier: 'batch' | 'flex',
  deps: SubmitDeps,
  call: Caller & Call,
  { work, request, model }: NewJob & { model: string },
): Promise<Quote | undefined> {
  if (work.kind !== 'call' || request.serviceTier !== undefined) return undefined;
  try {
    const asked = { ...request, model, candidates: undefined, serviceTier };
    const [quoteSet] = await quoteAll(deps, call, [asked]);
    return quoteSet?.quotes[0];
  } catch (error) {
    if (error instanceof ServiceError && error.kind === 'unknown-price') return undefined;
    throw error;
  }
}

/** A request without a model gets the one that it was priced for. */
const workOf = (work: NewJob['work'], { model }: Job): NewJob['work'] =>
  work.kind === 'call' && work.modelName === '' ? { ...work, modelName: model } : work;

const digestOf = (work: NewJob['work']): string =>
  createHash('sha256').update(JSON.stringify(work)).digest('base64url').slice(0, 16);

const keyDigestOf = ({ actor }: Call, key: string | undefined): string | undefined =>
  key === undefined
    ? undefined
    : createHash('sha256')
        .update(JSON.stringify([actor, key]))
        .digest('base64url');

function requireDeadline(deadlineMs: number | undefined, nowMs: number): void {
  if (deadlineMs === undefined) return;
  if (deadlineMs <= nowMs) throw invalidField('deadline', 'must be in the future');
}

const tooMany = (): ServiceError =>
  new ServiceError(
    { kind: 'too-many-requests' },
    `${MOST_PENDING} jobs wait already, the most that an organization may have. Wait until some end, or cancel some.`,
    { retryAfterMs: 60_000 },
  );
