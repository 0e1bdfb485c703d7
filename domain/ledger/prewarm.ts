import { type BudgetStanding, budgetIdOf, isLent, parseBalanceName } from './budget.ts';
import { shareOf } from './wallet-lane.ts';
import type { Wallet } from './wallet.ts';

/** The earliest that wallets borrow from the next period before it begins. */
const PREWARM_MS = 3_600_000;

/**
 * The standings whose next period a wallet should borrow from now. This happens in the last hour of
 * a period, at a different time for each wallet, so that thousands of wallets do not all borrow at
 * midnight (docs/hot-budget.md).
 */
export const dueAhead = (
  standings: BudgetStanding[],
  { ref, leases }: Wallet,
  nowMs: number,
): BudgetStanding[] =>
  standings.filter(({ budget, span }) => {
    const leadMs = PREWARM_MS * shareOf(`${ref.userId}#${ref.lane}`);
    const isDue = nowMs < span.endsAtMs && nowMs >= span.endsAtMs - leadMs;
    if (!isDue || !isLent(budget)) return false;
    return ![...leases.keys()].some((name) => {
      const lease = parseBalanceName(name);
      return budgetIdOf(lease) === budgetIdOf(budget) && lease.periodKey > span.key;
    });
  });
