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
 * What the end of a reservation does to its wallet and to the balances: what it did not spend is idle
 * again where the wallet has a lease, and goes home otherwise; what it spent above its amount is
 * charged at home at once, so that leases never owe anything. What is disputed moves nothing.
 * @param after the entry as it will stand
 * @param open its record
 * @param hasLease whether the wallet has a lease of a balance, as far as known: the write is refused
 *   if it is said to and has not
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

/** Ends a lease: its idle money and what was spent of it go home. */
export const planDrawIn = (name: string, was: Lease): WalletMoves => ({
  change: { leases: [{ kind: 'end', name, was }], prune: [] },
  moves: [broughtHome(name, was)],
});
