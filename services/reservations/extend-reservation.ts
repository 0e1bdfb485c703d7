import type { Entry, EntryState } from '../../domain/ledger/entry.ts';
import { extendEntry } from '../../domain/ledger/extend-entry.ts';
import { isInWallet } from '../../domain/ledger/wallet.ts';
import { conflict, invalidField, type ServiceError } from '../errors.ts';
import { withRetries } from '../retry-conflicts.ts';
import { standingInWallet } from './close-in-wallet.ts';
import { type CloseDeps, noReservation } from './settle-reservation.ts';

/**
 * Holds the money of an open reservation for this long from now. A hold that ends later anyway stays
 * as it is, so repeating an extension never shortens it.
 * @throws ServiceError `conflict` if the reservation is closed or past its end; `invalid-request`
 *   naming `holdSeconds` if it would be held for too long; `not-found` if no wallet ever held its
 *   money
 */
export async function extendReservation(
  deps: CloseDeps,
  read: Entry,
  holdSeconds: number,
  nowMs: number,
): Promise<Entry> {
  const { ledger } = deps;
  const untilMs = nowMs + holdSeconds * 1_000;
  let entry = read;
  return withRetries(deps, async () => {
    for (;;) {
      entry = await currentOf(deps, entry);
      const next = extendEntry(entry, untilMs, nowMs);
      if (next.kind === 'refused') throw closed(next.state);
      if (next.kind === 'too-long') throw tooLong(next.mostMs, nowMs);
      if (next.kind === 'repeat') return { done: entry };
      const result = await ledger.extend(entry, next.entry);
      if (result === 'done') return { done: next.entry };
      if (result === 'conflict') return 'conflict';
      entry = (await ledger.getReservation(entry.entryId)) ?? entry;
    }
  });
}

/**
 * An entry in the state that its wallet decided, if a wallet holds its money.
 * @throws ServiceError `not-found` if the wallet never held it
 */
async function currentOf(deps: CloseDeps, entry: Entry): Promise<Entry> {
  if (!isInWallet(entry)) return entry;
  const standing = await standingInWallet(deps, entry);
  if (standing) return standing;
  // The wallet forgets a reservation only after its entry is closed.
  const stored = await deps.ledger.getReservation(entry.entryId);
  if (!stored || isInWallet(stored)) throw noReservation();
  return stored;
}

const tooLong = (mostMs: number, nowMs: number): ServiceError =>
  invalidField(
    'holdSeconds',
    `must be at most ${Math.max(0, Math.floor((mostMs - nowMs) / 1_000))}: a reservation holds its ` +
      `money for at most 7 days, this one until ${new Date(mostMs).toISOString()}`,
  );

const closed = (state: Exclude<EntryState, 'reserved'>): ServiceError =>
  conflict(`This reservation is ${state}, so its hold cannot be extended. Reserve again.`);
