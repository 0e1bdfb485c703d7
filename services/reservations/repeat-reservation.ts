import type { AiRequest } from '../../contracts/ai-request.ts';
import { invalidField, ProblemError } from '../../contracts/problem.ts';
import { warningsOf } from '../../domain/ledger/decide-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { isHeld, isInWallet, walletRefOf } from './close-in-wallet.ts';
import { isHolding } from './hold-reservation.ts';
import type { ReservationIdentity } from './reservation-id.ts';
import type { Reserved, ReserveDeps } from './reservation-outcome.ts';

/** The reservation that an earlier call of the same key has made, if any. */
export async function earlierOf(
  { ledger }: ReserveDeps,
  organizationId: string,
  { reservationId, opaqueKey }: ReservationIdentity,
  idempotencyKey: string | undefined,
): Promise<Entry | undefined> {
  if (idempotencyKey === undefined) return undefined;
  if (opaqueKey === undefined) return ledger.getReservation(reservationId);
  return ledger.getReservationOfKey(organizationId, opaqueKey);
}

/**
 * The reservation that an earlier call of the same key made, with its budgets as they stand now.
 * @throws ProblemError `conflict` when it was voided
 */
export async function repeated(
  { standings }: ReserveDeps,
  entry: Entry,
  request: AiRequest,
): Promise<Reserved> {
  if (entry.state === 'voided') {
    throw new ProblemError(
      'conflict',
      'the reservation of this Idempotency-Key was voided and holds no money: make a new key',
      { errors: [{ field: 'Idempotency-Key', message: 'is of a voided reservation' }] },
    );
  }
  const refs = scopesOf(entry);
  const read = await standings.read(entry.organizationId, refs, entry.occurredAtMs, {
    holder: { ...entry, wallet: isInWallet(entry) ? walletRefOf(entry) : undefined },
  });
  const holding = read.of(refs).filter((standing) => isHolding(entry, standing));
  return {
    kind: 'reserved',
    entry,
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
): Promise<Reserved> {
  const entry = await deps.ledger.getReservation(reservationId);
  if (entry && entry.requestDigest !== requestDigest) throw keyConflict();
  if (entry && (await isHeld(deps, entry))) return repeated(deps, entry, request);
  throw invalidField(
    'Idempotency-Key',
    'is a UUIDv7 whose time is too far from now: make a new key for a new request',
  );
}

/** The key was used with another body. */
export const keyConflict = (): ProblemError =>
  new ProblemError('conflict', 'this Idempotency-Key was used with another request', {
    errors: [{ field: 'Idempotency-Key', message: 'was used with another request' }],
  });
