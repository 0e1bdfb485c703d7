import { countLimitsOf, limitOf } from '../../domain/ledger/adjustments.ts';
import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  type Home,
  lanesOf,
  sharesOf,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';

/** A book's budget, the balances needed for it, and the ones already read, by name. */
export type Need = {
  book: BudgetBook;
  budget: Budget;
  refs: BalanceRef[];
  balances: Map<string, Balance>;
};

type Deps = { budgets: Pick<BudgetStore, 'readBalances' | 'openBalance'> };

/** The time that determines the period, and the time of the call. */
type Times = { atMs: number; nowMs: number };

/**
 * Completes each need with its missing balances: reads those that others opened, and opens those of
 * a new period.
 * @returns whether every balance is there; if not, a limit changed or others were opening the same
 *   balance, and books must be read again
 */
export async function openBalances(
  deps: Deps,
  organizationId: string,
  needs: readonly Need[],
  times: Times,
): Promise<boolean> {
  const incomplete = needs.filter(lacksBalance);
  if (incomplete.length === 0) return true;
  await addBalances(deps, organizationId, incomplete, (need) =>
    lacking(need, [
      balanceRefAt(need.budget, times.atMs),
      ...need.refs.filter(({ lane }) => lane !== undefined),
    ]),
  );
  const unopened = incomplete.filter(lacksBalance);
  if (unopened.length === 0) return true;
  await Promise.all(
    unopened.map((need) =>
      deps.budgets.openBalance(organizationId, need.book, lanesToOpen(need, times)),
    ),
  );
  await addBalances(deps, organizationId, unopened, ({ refs }) => refs);
  return !unopened.some(lacksBalance);
}

const lacking = ({ balances }: Need, refs: BalanceRef[]): BalanceRef[] =>
  refs.filter((ref) => !balances.has(balanceNameOf(ref)));

const lacksBalance = (need: Need): boolean => lacking(need, need.refs).length > 0;

/**
 * All lanes of an unopened period; otherwise the lanes that the budget gained since then, without a
 * limit.
 */
function lanesToOpen(need: Need, { atMs, nowMs }: Times): Home[] {
  const { budget, refs } = need;
  const first = balanceRefAt(budget, atMs);
  if (lacking(need, [first]).length === 0) {
    return lacking(need, refs).map((ref) => ({ ref, balance: untouchedBalance(0n) }));
  }
  const lanes = lanesOf(first, budget.lanes);
  const span = periodOf(budget, atMs);
  const shares = sharesOf(limitOf(budget, span, nowMs), lanes.length);
  const counts = countLimitsOf(budget, span, nowMs);
  return lanes.map((ref, lane) => ({
    ref,
    balance: untouchedBalance(shares[lane] ?? 0n, counts),
  }));
}

async function addBalances(
  { budgets }: Deps,
  organizationId: string,
  needs: readonly Need[],
  refsOf: (need: Need) => BalanceRef[],
): Promise<void> {
  const needed = needs.flatMap((need) => refsOf(need).map((ref) => ({ need, ref })));
  const balances = await budgets.readBalances(
    organizationId,
    needed.map(({ ref }) => ref),
  );
  for (const [position, { need, ref }] of needed.entries()) {
    const balance = balances[position];
    if (balance) need.balances.set(balanceNameOf(ref), balance);
  }
}
