import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  balanceRefsOfChange,
  type BalanceRef,
  type Budget,
  type Home,
  isLent,
  lanesOf,
  mayHaveIdle,
} from '../../domain/ledger/budget.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { unavailable } from '../errors.ts';
import { drawInLane, levelLanes, type RoomDeps } from './make-room.ts';
import { jitteredPause } from '../retry-conflicts.ts';

type Deps = RoomDeps & { budgets: BudgetStore };

const ATTEMPTS = 12;

/**
 * Brings a changed budget into force: where a lowered limit leaves less than nothing in one lane,
 * other lanes give what they have, and then wallets what they have idle; where the budget lends no
 * more, wallets return it at once. From then on nothing is granted that does not fit. The next period
 * is included, since wallets borrow ahead.
 * @throws ServiceError `unavailable` when others move the money all the time
 */
export async function callMoneyBack(
  deps: Deps,
  { organizationId, nowMs }: OrganizationCall,
  budget: Budget,
): Promise<void> {
  for (const ref of balanceRefsOfChange(budget, nowMs)) {
    await callBack(deps, organizationId, budget, lanesOf(ref, budget.lanes));
  }
}

async function callBack(
  deps: Deps,
  organizationId: string,
  budget: Budget,
  refs: BalanceRef[],
): Promise<void> {
  const isEnforcing = budget.enforcement === 'enforce';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const balances = await deps.budgets.readBalances(organizationId, refs);
    const lanes = refs.flatMap((ref, lane): Home[] => {
      const balance = balances[lane];
      return balance ? [{ ref, balance }] : [];
    });
    const debtor = isEnforcing ? lanes.find(hasDebt) : undefined;
    const lent = debtor || !isLent(budget) ? lanes.filter(mayHaveIdle) : [];
    if (debtor && lanes.some(({ balance }) => balance.headroomNanoUsd > 0n)) {
      const standing = { home: debtor, lanes };
      await levelLanes(deps, organizationId, standing, -debtor.balance.headroomNanoUsd);
    } else if (lent.length > 0) {
      for (const lane of lent) await drawInLane(deps, organizationId, lane, Infinity);
    } else return;
    if (attempt > 2) await (deps.pause ?? jitteredPause)(Math.min(attempt, 4));
  }
  throw unavailable(
    'Too many requests are using this budget. Send the same change again in a second.',
    1_000,
  );
}

const hasDebt = ({ balance }: Home): boolean => balance.headroomNanoUsd < 0n;
