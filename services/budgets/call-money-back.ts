import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  balanceRefIn,
  type BalanceRef,
  type Budget,
  type Home,
  isLent,
  lanesOf,
  mayHaveIdle,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { unavailable } from '../errors.ts';
import { drawInLane, levelLanes, type RoomDeps } from './make-room.ts';

type Deps = RoomDeps & { budgets: BudgetStore };

/** Every attempt returns some money, so many attempts do not mean contention. */
const ATTEMPTS = 12;

/**
 * Puts a changed budget into force. If a lower limit leaves a lane negative, other lanes give what
 * they have, then wallets return idle money. If the budget no longer lends, wallets return money
 * right away. From then on, nothing is granted that does not fit. Covers the next period too,
 * because wallets borrow ahead.
 * @throws ServiceError `unavailable` if others keep moving the money
 */
export async function callMoneyBack(
  deps: Deps,
  { organizationId, nowMs }: OrganizationCall,
  budget: Budget,
): Promise<void> {
  for (const span of spansOfChange(budget, nowMs)) {
    const refs = lanesOf(balanceRefIn(budget, span), budget.lanes);
    await callBack(deps, organizationId, budget, refs);
  }
}

async function callBack(
  deps: Deps,
  organizationId: string,
  budget: Budget,
  refs: BalanceRef[],
): Promise<void> {
  const policy = { attempts: ATTEMPTS, pause: deps.pause };
  const outcome = await optimistically<void>(async () => {
    const lanes = await readLanes(deps, organizationId, refs);
    const debtor = budget.enforcement === 'enforce' ? lanes.find(hasDebt) : undefined;
    const lent = debtor || !isLent(budget) ? lanes.filter(mayHaveIdle) : [];
    if (debtor && lanes.some(({ balance }) => balance.headroomNanoUsd > 0n)) {
      const standing = { home: debtor, lanes };
      await levelLanes(deps, organizationId, standing, -debtor.balance.headroomNanoUsd);
    } else if (lent.length > 0) {
      for (const lane of lent) await drawInLane(deps, organizationId, lane, Infinity);
    } else return { done: undefined };
    return 'conflict';
  }, policy);
  if (outcome) return;
  throw unavailable(
    'Too many requests are using this budget. Send the same change again in a second.',
    1_000,
  );
}

/** The lanes that were opened, as they stand. */
export async function readLanes(
  { budgets }: Pick<Deps, 'budgets'>,
  organizationId: string,
  refs: BalanceRef[],
): Promise<Home[]> {
  const balances = await budgets.readBalances(organizationId, refs);
  return refs.flatMap((ref, lane) => {
    const balance = balances[lane];
    return balance ? [{ ref, balance }] : [];
  });
}

const hasDebt = ({ balance }: Home): boolean => balance.headroomNanoUsd < 0n;
