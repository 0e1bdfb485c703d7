import type { OrganizationCall } from '../../domain/access/caller.ts';
import { type Adjustment, overdueAdjustments } from '../../domain/ledger/adjustments.ts';
import type { Budget } from '../../domain/ledger/budget.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { unavailable } from '../errors.ts';
import { callMoneyBack } from './call-money-back.ts';
import type { RoomDeps } from './make-room.ts';
import { replacement, type Target } from './replace-budget.ts';

export type EndDeps = RoomDeps & { budgets: BudgetStore };

/** Each attempt gets one step further. */
const ATTEMPTS = 12;

/**
 * Takes overrides whose time is over out of a budget: first out of its balances, then out of what
 * wallets have idle. Requests do so before they decide, and the sweeper where nobody asks. Running it
 * again, or at once with others, changes nothing.
 * @throws ServiceError `unavailable` if others keep moving its money: it is not over yet
 */
export async function endOverdueOverrides(
  deps: EndDeps,
  call: OrganizationCall,
  target: Target,
): Promise<void> {
  const policy = { attempts: ATTEMPTS, pause: deps.pause };
  const outcome = await optimistically<void>(async () => {
    const [book] = await deps.budgets.readBooks(call.organizationId, [target]);
    const budget = book?.[target.period];
    const overdue = budget ? overdueAdjustments(budget, call.nowMs) : [];
    if (!budget || overdue.length === 0) return { done: undefined };
    const isOut = overdue.every(({ end }) => end === 'ending');
    if (isOut) await callMoneyBack(deps, call, budget);
    const ids = new Set(overdue.map(({ adjustmentId }) => adjustmentId));
    const end = isOut ? 'ended' : 'ending';
    const { writes } = await replacement(deps, call, target, {
      next: ({ before }) =>
        before && { ...before, adjustments: before.adjustments?.map(ending(ids, end)) },
    });
    await deps.budgets.write(writes);
    return 'conflict';
  }, policy);
  if (outcome) return;
  throw unavailable('Too many requests are using this budget. Retry in a second.', 1_000);
}

const ending =
  (ids: ReadonlySet<string>, end: Adjustment['end']) =>
  (adjustment: Adjustment): Adjustment =>
    ids.has(adjustment.adjustmentId) && adjustment.end !== 'ended'
      ? { ...adjustment, end }
      : adjustment;

/** Whether a decision about a budget has to wait for overrides to end. */
export const hasOverdueOverride = (budget: Budget, nowMs: number): boolean =>
  overdueAdjustments(budget, nowMs).length > 0;
