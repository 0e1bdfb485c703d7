import { type BalanceRef, type Budget, type BudgetBook, budgetsIn } from './budget.ts';
import { openRecordsIn, type Wallet, type WalletRef } from './wallet.ts';

/** How many open records fit beside a wallet's leases and a few closed ones in one write unit. */
export const MOST_OPEN_RECORDS = 6;
/** The most wallets of one user. */
export const MAX_WALLETS = 1_024;

/**
 * A wallet for a new reservation, by chance. The entry names the wallet that holds it, so any of the
 * user's wallets is right.
 * @param count how many wallets the user has in use
 */
export const walletByChance = (
  { userId, entryId }: { userId: string; entryId: string },
  count: number,
): WalletRef => ({ userId, lane: hashOf(entryId) % count });

/** A user has at least as many wallets as their own budgets have lanes. */
export const fewestWallets = (userBook: BudgetBook | undefined): number =>
  Math.max(1, ...budgetsIn(userBook).map((budget) => budget.lanes ?? 1));

/**
 * How many wallets a user has in use, after the usual one was read. What an empty wallet says may be
 * old, and fewer will do.
 * @param count what this process knew
 */
export const countAfterRead = (count: number, wallet: Wallet, fewest: number): number =>
  openRecordsIn(wallet) === 0
    ? Math.max(fewest, Math.floor(count / 2))
    : Math.max(count, wallet.count);

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
