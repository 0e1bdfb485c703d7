import type { Caller } from '../access/caller.ts';
import type { NanoUsd } from '../money.ts';
import type { Severity } from '../severity.ts';

/** The states of a job, in the order in which it may pass through them. */
export const JOB_STATES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const;
export type JobState = (typeof JOB_STATES)[number];
/** A job that waits or runs. */
export const PENDING_STATES = ['queued', 'running'] as const satisfies readonly JobState[];
export type EndState = Exclude<JobState, (typeof PENDING_STATES)[number]>;
export const END_STATES = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly EndState[];

/** Why a job ended without success, in one word for programs; `reason` tells people. */
export const END_CAUSES = [
  /** Somebody cancelled it. */
  'cancelled',
  /** Its submitter may not do this any more. */
  'not-allowed',
  'deadline',
  /** Its reservation was voided. */
  'voided',
  /** Nobody settled its reservation in time. */
  'not-settled',
  /** Its request is not stored any more. */
  'request-gone',
  /** Its provider, or Purser, will never serve this request. */
  'refused',
  /** Its answer was lost. */
  'lost',
  /** Purser could not run it. */
  'broken',
] as const;
export type EndCause = (typeof END_CAUSES)[number];

/**
 * What a job does at its turn. `call`: Purser makes the call and keeps its answer. `reservation`:
 * the money is held for its submitter, who makes the call and settles.
 */
export const JOB_KINDS = ['call', 'reservation'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** What the credentials that submitted a job allowed then. */
export type Submitter = Pick<
  Caller,
  'actor' | 'role' | 'users' | 'departments' | 'systems' | 'ownDepartments' | 'severityCeiling'
>;

/** Work that waits for money, without its text. */
export type Job = {
  organizationId: string;
  /** UUIDv7. */
  jobId: string;
  kind: JobKind;
  state: JobState;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  model: string;
  sessionId?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  severity: Severity;
  expectedNanoUsd: NanoUsd;
  /** What a reservation of it would hold. */
  amountNanoUsd: NanoUsd;
  /** The most tokens that it may use. */
  tokens: number;
  submitter: Submitter;
  submittedAtMs: number;
  /** When it ends unless it began. */
  deadlineMs: number;
  /** It does not start before this. */
  runAfterMs: number;
  /** How often it was started. A message of an earlier turn does nothing. */
  turns: number;
  /** How many calls were made or tried. */
  attempts: number;
  /** A running job without an answer is looked at again after this. */
  leaseUntilMs?: number | undefined;
  /** When the worker of this turn took it; absent while its message waits. */
  begunAtMs?: number | undefined;
  /** Distinguishes requests with the same Idempotency-Key. */
  requestDigest: string;
  /** Whether a call that may have been charged is made again. */
  retriesLost?: boolean | undefined;
  /** What an hour of waiting costs its owner; absent if it may not wait for a batch. */
  waitingNanoUsdPerHour?: NanoUsd | undefined;
  /** What it is expected to cost in a batch; absent if its model has no such price. */
  batchNanoUsd?: NanoUsd | undefined;
  /** The batch that it runs in. */
  batchId?: string | undefined;
  /** Whether a batch did not serve it, so that it runs alone. */
  isAlone?: boolean | undefined;
  /** Whether its call asks for the flex tier, which costs less and may be refused sooner. */
  usesFlex?: boolean | undefined;
  /** What a batch or the flex tier saved against the usual price. */
  savedNanoUsd?: NanoUsd | undefined;
  /** When somebody cancelled it while it ran. */
  cancelledAtMs?: number | undefined;
  reservationId?: string | undefined;
  costNanoUsd?: NanoUsd | undefined;
  /** Why it waits again, or ended as it did. */
  reason?: string | undefined;
  /** Why it ended without success. */
  cause?: EndCause | undefined;
  endedAtMs?: number | undefined;
  /** Until when its answer is kept. */
  resultUntilMs?: number | undefined;
};

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** How long a job waits at most. Longer than a budget's week, shorter than what is kept of it. */
export const MOST_WAITING_MS = 31 * DAY_MS;
/** How long the answer of a job is kept. */
export const RESULT_KEPT_MS = DAY_MS;
/** How long an ended job can be found. */
export const ENDED_KEPT_MS = 30 * DAY_MS;
/** The most jobs of an organization that wait or run. */
export const MOST_PENDING = 5_000;

export const isPending = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/**
 * The Idempotency-Key of a job's call. Each turn has its own, so no turn pays twice, and one after
 * a lost call pays for its own.
 */
export const callKeyOf = ({ jobId, turns }: Pick<Job, 'jobId' | 'turns'>): string =>
  `job-${jobId}-${turns}`;

/** Whether a job may wait for a batch. */
export const mayBatch = (job: Job): boolean =>
  job.waitingNanoUsdPerHour !== undefined && job.batchNanoUsd !== undefined && job.isAlone !== true;

/** After as many failed attempts a call asks for the usual tier. */
const FLEX_ATTEMPTS = 2;

/** The tier that the next call of a job asks for; `undefined` for what its request says. */
export const tierOf = ({ usesFlex, attempts }: Job): 'flex' | undefined =>
  usesFlex === true && attempts < FLEX_ATTEMPTS ? 'flex' : undefined;
