import { type BalanceRef, type Budget, type BudgetBook, budgetsIn } from './budget.ts';
import type { WalletRef } from './wallet.ts';

/** The wallet that holds a reservation. A user has as many wallets as their own budgets need. */
export function walletOf(
  { userId, entryId }: { userId: string; entryId: string },
  userBook: BudgetBook | undefined,
): WalletRef {
  const lanes = Math.max(1, ...budgetsIn(userBook).map((budget) => budget.lanes ?? 1));
  return { userId, lane: hashOf(entryId) % lanes };
}

/** The lane of a balance that a wallet always borrows from. */
export function homeOf(ref: BalanceRef, budget: Budget, wallet: WalletRef): BalanceRef {
  const lanes = budget.lanes ?? 1;
  const spread = budget.scope === 'user' ? wallet.lane : hashOf(`${wallet.userId}#${wallet.lane}`);
  const lane = spread % lanes;
  return lane === 0 ? ref : { ...ref, lane };
}

/** A number from 0 (inclusive) to 1 (exclusive) that is always the same for a name. */
export const shareOf = (name: string): number => hashOf(name) / 2 ** 32;

/**
 * FNV-1a, 32 bits (Fowler, Noll, Vo): spreads names evenly and gives the same result everywhere.
 */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
