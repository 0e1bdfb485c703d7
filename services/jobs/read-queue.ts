import type { Control } from '../../domain/controls/control.ts';
import { type Job, mayBatch } from '../../domain/jobs/job.ts';
import {
  expectedStartMs,
  type Planned,
  planQueue,
  type QueueFacts,
  type Waiting,
} from '../../domain/jobs/next-jobs.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { divideRoundingUp } from '../../domain/money.ts';
import { canonicalScope, type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import type { JobStore, StoredJob } from '../../tables/jobs/jobs.ts';
import type { BudgetRulesReader } from '../budgets/budget-rules.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';

export type QueueDeps = {
  jobs: JobStore;
  /** Budgets with everything that is theirs, also in wallets. */
  whole: {
    read: (organizationId: string, refs: ScopeRef[], nowMs: number) => Promise<BudgetStanding[]>;
  };
  rules: BudgetRulesReader;
  controls: Pick<ControlsReader, 'inForce'>;
  holdMs: number;
};

/** Jobs of one organization that run at one time, so that none takes the workers of all. */
const MOST_RUNNING = 10;

export type WaitingJob = StoredJob & Waiting;

/** The queue of an organization as its budgets and controls stand. */
export type QueueView = {
  planned: Planned<WaitingJob>[];
  /** How many more jobs may run. */
  slots: number;
  /** Where a job is, and when it may start. */
  placeOf: (jobId: string) => { position: number; expectedStartMs: number | undefined };
};

/**
 * Reads what decides which jobs start, and plans with it.
 * @param pending the jobs of the organization that wait or run
 */
export async function readQueue(
  deps: QueueDeps,
  organizationId: string,
  pending: readonly StoredJob[],
  nowMs: number,
): Promise<QueueView> {
  const running = pending.filter(({ state }) => state === 'running');
  const queued = pending.filter(({ state }) => state === 'queued');
  const waiting = await Promise.all(queued.map((job) => withScopes(deps, job)));
  const scopes = eachOnce(waiting.flatMap((job) => job.scopes));
  const [standings, controls]: [BudgetStanding[], Control[]] =
    scopes.length === 0
      ? [[], []]
      : await Promise.all([
          deps.whole.read(organizationId, scopes, nowMs),
          deps.controls.inForce(organizationId, scopes),
        ]);
  const facts: QueueFacts = {
    running,
    standings,
    controls,
    nowMs,
    holdMs: deps.holdMs,
    slots: Math.max(0, MOST_RUNNING - running.filter(takesSlot).length),
  };
  const planned = planQueue(waiting, facts);
  return {
    planned,
    slots: facts.slots,
    placeOf: (jobId) => {
      const index = planned.findIndex(({ job }) => job.jobId === jobId);
      const turn = planned[index]?.turn;
      return {
        position: Math.max(1, index + 1),
        expectedStartMs: turn && expectedStartMs(turn, nowMs),
      };
    },
  };
}

/** Where a job is in the queue, with one that the index may not show yet. */
export async function placeOf(
  deps: QueueDeps,
  job: StoredJob,
  nowMs: number,
): Promise<{ position: number; expectedStartMs: number | undefined }> {
  const pending = await deps.jobs.pending(job.organizationId);
  const others = pending.filter(({ jobId }) => jobId !== job.jobId);
  const queue = await readQueue(deps, job.organizationId, [...others, job], nowMs);
  return queue.placeOf(job.jobId);
}

/** What a job that waits for a batch would hold there. */
function batchHold(job: StoredJob): Pick<Job, 'amountNanoUsd'> | undefined {
  const { amountNanoUsd, expectedNanoUsd, batchNanoUsd } = job;
  if (!mayBatch(job) || batchNanoUsd === undefined || expectedNanoUsd === 0n) return undefined;
  return { amountNanoUsd: divideRoundingUp(amountNanoUsd * batchNanoUsd, expectedNanoUsd) };
}

/** Whether a worker makes the call: neither the submitter nor a batch. */
const takesSlot = (job: Job): boolean =>
  job.kind === 'call' && job.batchId === undefined && !mayBatch(job);

async function withScopes({ rules }: QueueDeps, job: StoredJob): Promise<WaitingJob> {
  const { listedTags } = await rules.current(job.organizationId, job.departmentId);
  const scopes = scopesOf({ ...job, listedTags }).map(canonicalScope);
  return { ...job, ...batchHold(job), scopes, takesSlot: takesSlot(job) };
}

const eachOnce = (refs: readonly ScopeRef[]): ScopeRef[] => [
  ...new Map(refs.map((ref) => [`${ref.scope}#${ref.scopeId}`, ref])).values(),
];
