import type { Call } from '../../domain/access/caller.ts';
import { limitOf, periodToRoll } from '../../domain/ledger/adjustments.ts';
import {
  balanceRefIn,
  type Budget,
  budgetIdOf,
  lanesOf,
  mayHaveIdle,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import { type LimitChange, limitChanges } from '../../domain/ledger/limit-changes.ts';
import { rolledOver, rollOver } from '../../domain/ledger/roll-over.ts';
import { formatUsd } from '../../domain/money.ts';
import type { DueChange, DueStore } from '../../tables/ledger/due-changes.ts';
import { factsOf, overrideIdOf } from './adjust-budget.ts';
import { readLanes } from './call-money-back.ts';
import type { ChangeDeps } from './change-budget.ts';
import { endOverdueOverrides } from './end-overrides.ts';
import { drawInLane } from './make-room.ts';
import { replacement, type Target } from './replace-budget.ts';

export type SweepBudgetsDeps = ChangeDeps & { due: DueStore };

const CHANGES_PER_RUN = 200;
/** After a longer stop the next run goes on. */
const PERIODS_PER_RUN = 31;

/**
 * Makes the changes of budgets that are due: ends overrides and rolls over what periods left.
 * @returns how many budgets were changed, and how many could not be; those stay due
 */
export async function sweepBudgets(
  deps: SweepBudgetsDeps,
  nowMs: number,
): Promise<{ changed: number; failed: number }> {
  const due = await deps.due.list(nowMs, CHANGES_PER_RUN);
  let failed = 0;
  for (const change of due) {
    try {
      if (await makeChange(deps, change, nowMs)) await deps.due.remove(change);
    } catch (error) {
      failed += 1;
      const { organizationId, scope, scopeId } = change;
      deps.telemetry.error('BUDGET_NOT_SWEPT', { organizationId, scope, scopeId, error });
    }
  }
  return { changed: due.length - failed, failed };
}

/** @returns whether nothing of it is left to do */
async function makeChange(deps: SweepBudgetsDeps, due: DueChange, nowMs: number): Promise<boolean> {
  const { organizationId, scope, scopeId, period } = due;
  const call: Call = { organizationId, actor: 'automatic', nowMs };
  const target: Target = { scope, scopeId, period };
  await endOverdueOverrides(deps, call, target);
  await removeEnded(deps, call, target);
  for (let rolled = 0; rolled < PERIODS_PER_RUN; rolled += 1) {
    if (!(await rollNext(deps, call, target))) return true;
  }
  return false;
}

/** Removes overrides that have ended from the budget, with an audit entry each. */
async function removeEnded(deps: SweepBudgetsDeps, call: Call, target: Target): Promise<void> {
  const { organizationId, actor, nowMs } = call;
  await deps.audit.change(async () => {
    const { before, writes } = await replacement(deps, call, target, {
      next: ({ before: budget }) =>
        budget && {
          ...budget,
          adjustments: budget.adjustments?.filter(({ end }) => end !== 'ended'),
        },
    });
    const ended = before?.adjustments?.filter(({ end }) => end === 'ended') ?? [];
    const entries = ended.map((override) => ({
      organizationId,
      actor,
      action: 'override.end',
      target: overrideIdOf(target, override),
      before: factsOf(override),
      atMs: nowMs,
    }));
    return { entries, writes: entries.length > 0 ? writes : [] };
  });
}

/**
 * Moves what is left of the earliest period that has ended into the one after it: the books of both
 * and the note that it was done change in one transaction, so it happens once.
 * @returns whether there was such a period
 */
async function rollNext(deps: SweepBudgetsDeps, call: Call, target: Target): Promise<boolean> {
  const { organizationId, actor, nowMs } = call;
  const [book] = await deps.budgets.readBooks(organizationId, [target]);
  const endedOf = (budget: Budget | undefined) => {
    const span = budget?.rolloverCapNanoUsd === undefined ? undefined : periodToRoll(budget);
    return span && span.endsAtMs <= nowMs ? span : undefined;
  };
  const current = book?.[target.period];
  const ended = endedOf(current);
  if (!current || !ended) return false;
  const refs = lanesOf(balanceRefIn(target, ended), current.lanes);
  for (const lane of await readLanes(deps, organizationId, refs)) {
    if (mayHaveIdle(lane)) await drawInLane(deps, organizationId, lane, Infinity);
  }
  await deps.audit.change(async () => {
    let changes: LimitChange[] = [];
    let amountNanoUsd = 0n;
    const { after, writes } = await replacement(deps, call, target, {
      async next({ before }) {
        // Another sweeper was faster.
        if (!before || endedOf(before)?.key !== ended.key) return undefined;
        const into = periodOf(before, ended.endsAtMs);
        const move = rollOver(before, ended, await readLanes(deps, organizationId, refs));
        ({ amountNanoUsd } = move);
        const next = rolledOver(before, { from: ended, into }, amountNanoUsd, nowMs);
        changes = [...move.changes, ...(await intoPast(deps, call, next, into))];
        return next;
      },
      further: () => changes,
    });
    if (!after) return { entries: [], writes: [] };
    const entry = {
      organizationId,
      actor,
      action: 'rollover.apply',
      target: budgetIdOf(target),
      after: { from: ended.key, amountUsd: formatUsd(amountNanoUsd) },
      atMs: nowMs,
    };
    return { entries: [entry], writes };
  });
  return true;
}

/** Brings a period in line that is over already, because nobody swept for a while. */
async function intoPast(
  { budgets }: SweepBudgetsDeps,
  { organizationId, nowMs }: Call,
  budget: Budget,
  into: ReturnType<typeof periodOf>,
): Promise<LimitChange[]> {
  if (spansOfChange(budget, nowMs).some(({ key }) => key === into.key)) return [];
  const refs = lanesOf(balanceRefIn(budget, into), budget.lanes);
  const balances = await budgets.readBalances(organizationId, refs);
  return limitChanges(refs, balances, limitOf(budget, into, nowMs));
}
