import type { NanoUsd } from '../money.ts';

/** A job that may be served in a batch. */
export type Batchable = {
  jobId: string;
  model: string;
  submittedAtMs: number;
  deadlineMs: number;
  /** What it is expected to cost alone. */
  expectedNanoUsd: NanoUsd;
  /** What it is expected to cost in a batch; absent if the model has no such price. */
  batchNanoUsd?: NanoUsd | undefined;
  /** What an hour of waiting costs its owner. */
  waitingNanoUsdPerHour: NanoUsd;
};

/** What the provider demands of a batch, and how long one takes. */
export type BatchTerms = {
  fewestRecords: number;
  mostRecords: number;
  /** After this the provider gives up. */
  timeoutMs: number;
  /** How long a batch is expected to take. */
  expectedMs: number;
  /** How long a job waits for others to fill its batch. */
  fillMs: number;
};

/** Jobs of one model that are submitted together. */
export type Batch<Each extends Batchable> = {
  model: string;
  jobs: Each[];
  savingNanoUsd: NanoUsd;
};

export type BatchPlan<Each extends Batchable> = {
  batches: Batch<Each>[];
  /** They wait for others of their model. */
  gathering: Each[];
  /** A batch does not pay for them, or did not fill in time. */
  alone: Each[];
};

const HOUR_MS = 3_600_000;
/** The shortest time limit that Bedrock takes. */
const TIMEOUT_MS = 24 * HOUR_MS;
const FILL_MS = HOUR_MS / 4;
/** One worker can hold and settle as many in its time. */
const MOST_RECORDS = 1_000;

/**
 * The terms of batches. A batch is expected to take as long as it may, because nobody promises less.
 * @param fewestRecords a quota of the account
 */
export const batchTerms = (fewestRecords: number): BatchTerms => ({
  fewestRecords,
  mostRecords: Math.max(MOST_RECORDS, fewestRecords),
  timeoutMs: TIMEOUT_MS,
  expectedMs: TIMEOUT_MS,
  fillMs: FILL_MS,
});

/**
 * Groups jobs into batches. A job is worth a batch if that saves more than waiting for it costs, and the
 * provider's time limit ends before the deadline. Jobs of one model go together once the first of them
 * has waited for `fillMs`, or a batch is full. Where there are too few by then, it goes alone.
 */
export function planBatches<Each extends Batchable>(
  jobs: readonly Each[],
  nowMs: number,
  terms: BatchTerms,
): BatchPlan<Each> {
  const plan: BatchPlan<Each> = { batches: [], gathering: [], alone: [] };
  const groups = new Map<string, Each[]>();
  for (const job of jobs) {
    if (!isWorthBatch(job, nowMs, terms)) plan.alone.push(job);
    else groups.set(job.model, [...(groups.get(job.model) ?? []), job]);
  }
  for (const group of groups.values()) addGroup(plan, group, nowMs, terms);
  return plan;
}

/** What a batch saves on a job; never negative. */
export const savingOf = ({ expectedNanoUsd, batchNanoUsd }: Batchable): NanoUsd =>
  batchNanoUsd === undefined || batchNanoUsd >= expectedNanoUsd
    ? 0n
    : expectedNanoUsd - batchNanoUsd;

function isWorthBatch(job: Batchable, nowMs: number, terms: BatchTerms): boolean {
  const waitMs = terms.expectedMs + Math.max(0, fillEndMs(job, terms) - nowMs);
  // Rounded up, so that a saving that only equals the cost of waiting is not worth it.
  const waitedHours = BigInt(Math.ceil(waitMs / HOUR_MS));
  return (
    savingOf(job) > waitedHours * job.waitingNanoUsdPerHour &&
    job.deadlineMs - nowMs >= terms.timeoutMs
  );
}

const fillEndMs = ({ submittedAtMs }: Batchable, { fillMs }: BatchTerms): number =>
  submittedAtMs + fillMs;

function addGroup<Each extends Batchable>(
  plan: BatchPlan<Each>,
  group: readonly Each[],
  nowMs: number,
  terms: BatchTerms,
): void {
  const { fewestRecords, mostRecords } = terms;
  const [first] = group;
  if (!first) return;
  const isOver = group.some((job) => fillEndMs(job, terms) <= nowMs);
  if (group.length < fewestRecords || (!isOver && group.length < mostRecords)) {
    // Whose time is over goes alone; the others may still find company.
    for (const job of group) {
      (fillEndMs(job, terms) <= nowMs ? plan.alone : plan.gathering).push(job);
    }
    return;
  }
  const batches = Math.ceil(group.length / mostRecords);
  const size = Math.ceil(group.length / batches);
  for (let from = 0; from < group.length; from += size) {
    const jobs = group.slice(from, from + size);
    plan.batches.push({
      model: first.model,
      jobs,
      savingNanoUsd: jobs.reduce((sum, job) => sum + savingOf(job), 0n),
    });
  }
}
