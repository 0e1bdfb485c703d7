import { admissionUnder, controlsOn } from '../controls/admission.ts';
import type { Control } from '../controls/control.ts';
import { type Balance, balanceNameOf, type BudgetStanding } from '../ledger/budget.ts';
import { type Counter, type CountUnit, eachUnit } from '../ledger/counts.ts';
import { shortUnits } from '../ledger/decide-reservation.ts';
import { nextHoldEndMs } from '../ledger/hold-end.ts';
import type { NanoUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import type { Job } from './job.ts';
import { type Ordered, orderOf } from './order.ts';

/** A job that waits, and whom its money concerns. */
export type Waiting = Ordered &
  Pick<Job, 'amountNanoUsd' | 'tokens' | 'runAfterMs'> & {
    scopes: readonly ScopeRef[];
    /** Whether a worker makes its call, so that it takes one of the slots. */
    takesSlot: boolean;
  };

/** What decides which jobs start. */
export type QueueFacts = {
  running: readonly Ordered[];
  /** Every budget of the scopes of the jobs that wait. */
  standings: readonly BudgetStanding[];
  /** Every control in force on them. */
  controls: readonly Control[];
  nowMs: number;
  /** How long a reservation is held at most. */
  holdMs: number;
  /** How many more jobs may run. */
  slots: number;
};

/** What becomes of a job that waits. */
export type Turn =
  | { kind: 'start' }
  /** It does not start before this, whatever money there is. */
  | { kind: 'paused'; untilMs: number }
  /** A control holds it. */
  | { kind: 'barred'; untilMs: number | undefined }
  /** A budget has too little left. `untilMs` is when that may change, if anybody knows. */
  | {
      kind: 'short';
      budget: BudgetStanding;
      untilMs: number | undefined;
      because: 'held' | 'spent';
    }
  /** An earlier job waits for this budget. */
  | { kind: 'behind'; budget: BudgetStanding; untilMs: number | undefined }
  /** It is larger than the whole budget, so it waits for a higher limit and blocks nobody. */
  | { kind: 'too-large'; budget: BudgetStanding }
  /** Enough others run. */
  | { kind: 'full' };

/** A job that waits, with what becomes of it; in the order of the queue. */
export type Planned<Each extends Waiting> = { job: Each; turn: Turn };

/**
 * Decides which jobs start now. Takes them in the order of `orderOf` and lowers the headroom of
 * every budget that applies, so that no budget is passed. A job that does not fit blocks its
 * deciding budget for those behind it, or else small jobs would starve a large one; it blocks no
 * other budget. The hold at its turn decides again, because others spend meanwhile.
 */
export function planQueue<Each extends Waiting>(
  pending: readonly Each[],
  facts: QueueFacts,
): Planned<Each>[] {
  const left = new Map(facts.standings.map((standing) => [nameOf(standing), standing.balance]));
  const blocked = new Map<string, number | undefined>();
  let slots = facts.slots;
  return orderOf(pending, facts.running, facts.nowMs).map((job) => {
    const turn = turnOf(job, facts, { left, blocked, slots });
    if (turn.kind === 'start') {
      if (job.takesSlot) slots -= 1;
      for (const standing of enforcingFor(job, facts)) take(left, standing, job);
    }
    if (turn.kind === 'short') blocked.set(nameOf(turn.budget), turn.untilMs);
    return { job, turn };
  });
}

/** The jobs to start now, in order. */
export const nextJobs = <Each extends Waiting>(
  pending: readonly Each[],
  facts: QueueFacts,
): Each[] =>
  planQueue(pending, facts).flatMap(({ job, turn }) => (turn.kind === 'start' ? [job] : []));

/** When a job is expected to start, or `undefined` rather than a guess. */
export function expectedStartMs(turn: Turn, nowMs: number): number | undefined {
  switch (turn.kind) {
    case 'start':
      return nowMs;
    case 'paused':
    case 'barred':
    case 'short':
      return turn.untilMs;
    case 'behind':
    case 'too-large':
    case 'full':
      return undefined;
  }
}

type Progress = {
  left: ReadonlyMap<string, Balance>;
  blocked: ReadonlyMap<string, number | undefined>;
  slots: number;
};

function turnOf(job: Waiting, facts: QueueFacts, { left, blocked, slots }: Progress): Turn {
  const { nowMs } = facts;
  if (job.runAfterMs > nowMs) return { kind: 'paused', untilMs: job.runAfterMs };
  // Waiting raises a place in the queue, and no rights: controls judge the severity as submitted.
  const admission = admissionUnder(controlsOn(job.scopes, facts.controls), job.severity);
  if (admission.kind === 'refuse') {
    return { kind: 'barred', untilMs: admission.control.expiresAtMs };
  }
  const budgets = enforcingFor(job, facts);
  const tooSmall = budgets.find((standing) => !fits(job, standing, untouched(standing)));
  if (tooSmall) return { kind: 'too-large', budget: tooSmall };
  const before = budgets.find((standing) => blocked.has(nameOf(standing)));
  if (before) return { kind: 'behind', budget: before, untilMs: blocked.get(nameOf(before)) };
  const short = budgets.filter((standing) => !fits(job, standing, left.get(nameOf(standing))));
  if (short.length > 0) return shortBy(short, job, facts);
  return slots > 0 || !job.takesSlot ? { kind: 'start' } : { kind: 'full' };
}

/** Several budgets may lack room: the one that lacks it longest decides. */
function shortBy(short: readonly BudgetStanding[], job: Waiting, facts: QueueFacts): Turn {
  const turns = short.map((budget): Turn & { kind: 'short' } => {
    const isHeld = fits(job, budget, released(budget));
    const untilMs = isHeld
      ? nextHoldEndMs(budget, facts.nowMs, facts.holdMs)
      : budget.span.endsAtMs;
    return {
      kind: 'short',
      budget,
      because: isHeld ? 'held' : 'spent',
      // A prepaid budget never resets.
      untilMs: Number.isFinite(untilMs) ? untilMs : undefined,
    };
  });
  return turns.reduce((latest, turn) =>
    (turn.untilMs ?? Infinity) > (latest.untilMs ?? Infinity) ? turn : latest,
  );
}

const enforcingFor = ({ scopes }: Waiting, { standings }: QueueFacts): BudgetStanding[] =>
  standings.filter(({ budget }) =>
    scopes.some(({ scope, scopeId }) => scope === budget.scope && scopeId === budget.scopeId),
  );

const nameOf = ({ home }: BudgetStanding): string => balanceNameOf(home.ref);

/** Whether a budget that enforces has room for a job, with this balance. */
const fits = (job: Waiting, standing: BudgetStanding, balance = standing.balance): boolean =>
  shortUnits({ ...standing, balance }, job).length === 0;

/** A balance with other headroom. */
const withHeadroom = (
  balance: Balance,
  headroomNanoUsd: NanoUsd,
  headroomIn: (counter: Counter, unit: CountUnit) => number,
): Balance => {
  const { counters } = balance;
  return {
    ...balance,
    headroomNanoUsd,
    counters:
      counters &&
      eachUnit((unit) => ({ ...counters[unit], headroom: headroomIn(counters[unit], unit) })),
  };
};

/** As if nothing had been spent or held. */
const untouched = ({ balance }: BudgetStanding): Balance =>
  withHeadroom(balance, balance.limitNanoUsd, ({ limit }) => limit);

/** As if everything that is held came back. */
const released = ({ balance }: BudgetStanding): Balance =>
  withHeadroom(
    balance,
    balance.headroomNanoUsd + balance.reservedNanoUsd,
    ({ headroom, reserved }) => headroom + reserved,
  );

function take(left: Map<string, Balance>, standing: BudgetStanding, job: Waiting): void {
  const balance = left.get(nameOf(standing));
  if (!balance) return;
  const needed = { requests: 1, tokens: job.tokens };
  left.set(
    nameOf(standing),
    withHeadroom(
      balance,
      balance.headroomNanoUsd - job.amountNanoUsd,
      ({ headroom }, unit) => headroom - needed[unit],
    ),
  );
}
