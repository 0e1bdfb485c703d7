import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import { invalidField, ProblemError } from '../../contracts/problem.ts';
import { warningsOf } from '../../domain/ledger/decide-reservation.ts';
import { type Entry, type EntryState, expireEntry } from '../../domain/ledger/entry.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { isHeld, isInWallet, walletRefOf } from './close-in-wallet.ts';
import { isHolding } from './hold-reservation.ts';
import type { ReservationIdentity } from './reservation-id.ts';
import type { Reserved, ReserveDeps } from './reservation-outcome.ts';

/** The reservation that an earlier call of the same key has made, if any. */
export async function earlierOf(
  { ledger }: ReserveDeps,
  { organizationId, actor }: Call,
  { reservationId, opaqueKey }: ReservationIdentity,
  idempotencyKey: string | undefined,
): Promise<Entry | undefined> {
  if (idempotencyKey === undefined) return undefined;
  if (opaqueKey === undefined) return ledger.getReservation(reservationId);
  return ledger.getReservationOfKey(organizationId, actor, opaqueKey);
}

/**
 * The reservation that an earlier call of the same key made, with its budgets as they stand now.
 * @throws ProblemError `conflict` when it is closed: one payment is for one request
 */
export async function repeated(
  { standings }: ReserveDeps,
  entry: Entry,
  request: AiRequest,
  nowMs: number,
): Promise<Reserved> {
  const expired = expireEntry(entry, nowMs);
  const { state } = expired.kind === 'change' ? expired.entry : entry;
  if (state !== 'reserved') throw closedConflict(entry.entryId, state);
  const refs = scopesOf(entry);
  const read = await standings.read(entry.organizationId, refs, entry.occurredAtMs, {
    holder: { ...entry, wallet: isInWallet(entry) ? walletRefOf(entry) : undefined },
  });
  const holding = read.of(refs).filter((standing) => isHolding(entry, standing));
  return {
    kind: 'reserved',
    entry,
    isReplayed: true,
    decision: (request.model ?? entry.model) === entry.model ? 'proceed' : 'downgrade',
    // The amount is held: a budget that it was too much for has less than nothing left.
    warnings: warningsOf({ standings: holding, amountNanoUsd: 0n }),
    standings: holding,
  };
}

/** What a key answers from whose time nothing new may be reserved. */
export async function repeatStale(
  deps: ReserveDeps,
  { reservationId }: ReservationIdentity,
  request: AiRequest,
  requestDigest: string,
  nowMs: number,
): Promise<Reserved> {
  const entry = await deps.ledger.getReservation(reservationId);
  if (entry && entry.requestDigest !== requestDigest) throw keyConflict();
  if (entry && (await isHeld(deps, entry))) return repeated(deps, entry, request, nowMs);
  throw invalidField(
    'Idempotency-Key',
    'is a UUIDv7 whose time is too far from now: make a new key for a new request',
  );
}

/** The reservation of the key has ended: nothing may be spent from it any more. */
const closedConflict = (reservationId: string, state: EntryState): ProblemError =>
  new ProblemError(
    'conflict',
    `this Idempotency-Key made reservation ${reservationId}, which is ${state}: make a new key for a new request`,
    {
      errors: [{ field: 'Idempotency-Key', message: `is of a reservation that is ${state}` }],
      extra: { reservationId, state },
      headers: { 'x-purser-replayed': 'true', 'x-should-retry': 'false' },
    },
  );

/** The key was used with another body. */
export const keyConflict = (): ProblemError =>
  new ProblemError('conflict', 'this Idempotency-Key was used with another request', {
    errors: [{ field: 'Idempotency-Key', message: 'was used with another request' }],
  });
