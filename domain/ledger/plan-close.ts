import type { NanoUsd } from '../money.ts';
import { type CountMove } from './counts.ts';
import { type Counted, countMove } from './entry-counts.ts';
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
 * home at once, so leases never owe anything. Disputed amounts move nothing. If another model served
 * the request, balances of the reserved model get everything back, and balances of the serving model
 * are charged at home.
 * @param after the entry after the change
 * @param open its wallet record
 * @param hasLease whether the wallet has a lease on a balance. If this is outdated, the write is
 *   refused.
 * @param before the entry while it was open, with the balances that hold it in the order of the record
 */
export function planClose(
  after: Entry,
  open: WalletRecord,
  hasLease: (name: string) => boolean,
  before: Counted & { model?: string } = { ...after, state: 'reserved' },
): WalletMoves {
  const { amountNanoUsd } = open;
  const { balances: heldIn } = before;
  const countedByNanoUsd = countedNanoUsd(after);
  const leases: LeaseChange[] = [];
  const moves: HomeMove[] = [];
  for (const [position, name] of heldIn.entries()) {
    const spentNanoUsd = after.balances.includes(name) ? countedByNanoUsd : 0n;
    const surplusNanoUsd = amountNanoUsd - spentNanoUsd;
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
      moves.push(chargedAtHome(name, -surplusNanoUsd));
    }
  }
  const joined = after.balances.filter((name) => !heldIn.includes(name));
  moves.push(...joined.map((name) => chargedAtHome(name, countedByNanoUsd)));
  const isMoved = joined.length > 0 || after.balances.length < heldIn.length;
  const { balances, counts } = after;
  const { model, ...ended } = closingOf(after);
  const closing = {
    ...ended,
    // The entry has the model that was reserved.
    ...(model === before.model ? {} : { model }),
    ...(isMoved ? { balances, counts } : {}),
  };
  return {
    change: { leases, close: { entryId: after.entryId, open, closing }, prune: [] },
    // What counts is never lent, so each of its balances moves at home.
    moves: moves.map((move) => withCounts(move, countMove(move.name, before, after))),
  };
}

const withCounts = (move: HomeMove, counts: CountMove | undefined): HomeMove =>
  counts ? { ...move, counts } : move;

const chargedAtHome = (name: string, amountNanoUsd: NanoUsd): HomeMove => ({
  name,
  headroomBy: -amountNanoUsd,
  reservedBy: 0n,
  settledBy: amountNanoUsd,
  lentBy: 0n,
});

/** Ends a lease and returns its idle and spent money home. */
export const planDrawIn = (name: string, was: Lease): WalletMoves => ({
  change: { leases: [{ kind: 'end', name, was }], prune: [] },
  moves: [broughtHome(name, was)],
});
