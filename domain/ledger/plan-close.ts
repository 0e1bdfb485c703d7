import { countedNanoUsd, type Entry } from './entry.ts';
import { broughtHome } from './plan-hold.ts';
import {
  closingOf,
  type HomeMove,
  type Lease,
  type LeaseChange,
  type WalletChange,
  type WalletRecord,
} from './wallet.ts';

export type WalletMoves = { change: WalletChange; moves: HomeMove[] };

/**
 * What the end of a reservation does to its wallet and balances. Unspent money becomes idle again
 * if the wallet has a lease and otherwise returns home. Spending above the amount is charged at
 * home at once, so leases never owe anything. Disputed amounts move nothing.
 * @param after the entry after the change
 * @param open its wallet record
 * @param hasLease whether the wallet has a lease on a balance. If this is outdated, the write is
 *   refused.
 */
export function planClose(
  after: Entry,
  open: WalletRecord,
  hasLease: (name: string) => boolean,
): WalletMoves {
  const { amountNanoUsd } = open;
  const spentNanoUsd = countedNanoUsd(after);
  const surplusNanoUsd = amountNanoUsd - spentNanoUsd;
  const leases: LeaseChange[] = [];
  const moves: HomeMove[] = [];
  for (const [position, name] of after.balances.entries()) {
    if (open.exact.includes(position)) {
      moves.push({
        name,
        headroomBy: surplusNanoUsd,
        reservedBy: -amountNanoUsd,
        settledBy: spentNanoUsd,
        lentBy: 0n,
      });
    } else if (!hasLease(name)) {
      moves.push({
        name,
        headroomBy: surplusNanoUsd,
        reservedBy: 0n,
        settledBy: spentNanoUsd,
        lentBy: -amountNanoUsd,
      });
    } else if (surplusNanoUsd >= 0n) {
      leases.push({ kind: 'move', name, idleBy: surplusNanoUsd, spentBy: spentNanoUsd });
    } else {
      leases.push({ kind: 'move', name, idleBy: 0n, spentBy: amountNanoUsd });
      moves.push({
        name,
        headroomBy: surplusNanoUsd,
        reservedBy: 0n,
        settledBy: -surplusNanoUsd,
        lentBy: 0n,
      });
    }
  }
  const close = { entryId: after.entryId, open, closing: closingOf(after) };
  return { change: { leases, close, prune: [] }, moves };
}

/** Ends a lease and returns its idle and spent money home. */
export const planDrawIn = (name: string, was: Lease): WalletMoves => ({
  change: { leases: [{ kind: 'end', name, was }], prune: [] },
  moves: [broughtHome(name, was)],
});
