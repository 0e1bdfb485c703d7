import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  balanceRefAt,
  type Budget,
  type BudgetStanding,
  type Home,
  lanesOf,
  sumOfBalances,
} from './budget.ts';
import { periodOf } from './calendar.ts';
import { homeOf } from './wallet-lane.ts';
import type { Wallet, WalletRef } from './wallet.ts';

/** Who reads budgets, and for which time. */
export type Reader = {
  atMs: number;
  /** The wallet whose lanes are read unless all lanes are. */
  walletRef: WalletRef;
  inAllLanes: boolean;
};

/**
 * The balances of a budget that a decision needs: all lanes, or only the one that holds the
 * reader's money.
 */
export function lanesNeeded(budget: Budget, { atMs, walletRef, inAllLanes }: Reader): BalanceRef[] {
  const ref = balanceRefAt(budget, atMs);
  return inAllLanes ? lanesOf(ref, budget.lanes) : [homeOf(ref, budget, walletRef)];
}

/** The balances that were read, by name. */
export type Balances = ReadonlyMap<string, Balance>;

/** Looks up balances in order and skips those that were not read. */
export const homesIn = (balances: Balances, refs: readonly BalanceRef[]): Home[] =>
  refs.flatMap((ref) => {
    const balance = balances.get(balanceNameOf(ref));
    return balance ? [{ ref, balance }] : [];
  });

/**
 * Combines what was read of a budget into its standing.
 * @param wallet the reader's own wallet, whose idle money counts as headroom
 * @param isNew true if the values were read for this decision rather than remembered
 * @throws Error if no balance of the budget was read
 */
export function standingOf(
  budget: Budget,
  balances: Balances,
  reader: Reader,
  { wallet, isNew }: { wallet: Wallet | undefined; isNew: boolean },
): BudgetStanding {
  const lanes = homesIn(balances, lanesNeeded(budget, reader));
  const ownRef = homeOf(balanceRefAt(budget, reader.atMs), budget, reader.walletRef);
  const ownName = balanceNameOf(ownRef);
  const home = lanes.find(({ ref }) => balanceNameOf(ref) === ownName) ?? lanes[0];
  if (!home) throw new Error('a budget was read without a balance');
  const idleNanoUsd = wallet?.leases.get(ownName)?.idleNanoUsd ?? 0n;
  const sum = sumOfBalances(lanes.map(({ balance }) => balance));
  return {
    budget,
    span: periodOf(budget, reader.atMs),
    balance: {
      ...sum,
      headroomNanoUsd: sum.headroomNanoUsd + idleNanoUsd,
      lentNanoUsd: sum.lentNanoUsd - idleNanoUsd,
    },
    home,
    lanes,
    isFresh: isNew && lanes.length === (budget.lanes ?? 1),
  };
}
