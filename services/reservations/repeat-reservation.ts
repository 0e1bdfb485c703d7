import type { Call } from '../../domain/access/caller.ts';
import { warningsOf } from '../../domain/ledger/decide-reservation.ts';
import { type Entry, type EntryState, expireEntry } from '../../domain/ledger/entry.ts';
import { modelFor } from '../../domain/naming/model-names.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { ReservationIdentity } from '../../domain/ledger/attempt.ts';
import { isInWallet, walletRefOf } from '../../domain/ledger/wallet.ts';
import { conflict, invalidField, ServiceError } from '../errors.ts';
import { isHeld } from './close-in-wallet.ts';
import { isHolding } from './hold-reservation.ts';
import type { Asked } from './reservation-order.ts';
import type { Reserved, ReserveDeps } from './reservation-outcome.ts';
import type { StandingEntry } from './reserve-by-steps.ts';

/** The reservation made by an earlier call with the same key, if any. */
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
 * The existing entry that a hold found under its key. @throws ServiceError `conflict` if it is
 * another request's
 */
export async function standingOf(
  { ledger }: ReserveDeps,
  { requestDigest }: Pick<Asked, 'requestDigest'>,
  standing: StandingEntry,
): Promise<Entry> {
  if (standing.kind === 'exists') return standing.entry;
  const entry = await ledger.getReservation(standing.reservationId);
  if (!entry || standing.requestDigest !== requestDigest) throw keyConflict();
  return entry;
}

/**
 * Answers a repeated key with the earlier call's reservation and the current state of its budgets.
 * `undefined` if the entry is stored but its wallet never held it: nothing was decided then.
 * @throws ServiceError `conflict` if the key was used with another request or its reservation is
 *   closed: one payment covers one request
 */
export async function repeatedAnswer(
  deps: ReserveDeps,
  { call, request, requestDigest }: Asked,
  entry: Entry,
): Promise<Reserved | undefined> {
  if (entry.requestDigest !== requestDigest) throw keyConflict();
  if (!(await isHeld(deps, entry))) return undefined;
  const expired = expireEntry(entry, call.nowMs);
  const { state } = expired.kind === 'change' ? expired.entry : entry;
  if (state !== 'reserved') throw closedConflict(entry.entryId, state);
  const { listedTags } = await deps.rules.current(entry.organizationId, entry.departmentId);
  const refs = scopesOf({ ...entry, listedTags });
  const read = await deps.standings.read(entry.organizationId, refs, entry.occurredAtMs, {
    holder: { ...entry, wallet: isInWallet(entry) ? walletRefOf(entry) : undefined },
    nowMs: call.nowMs,
  });
  const holding = read.of(refs).filter((standing) => isHolding(entry, standing));
  return {
    kind: 'reserved',
    entry,
    isReplayed: true,
    decision: modelFor(entry, request.model) === entry.model ? 'proceed' : 'downgrade',
    // The amount is already held, so a budget that it did not fit has a negative balance.
    warnings: warningsOf({ standings: holding, amountNanoUsd: 0n, requests: 0 }),
    standings: holding,
  };
}

/**
 * Answers a key that is too old to reserve anything new.
 * @throws ServiceError `conflict` as above; `invalid-request` if it made no reservation
 */
export async function repeatStale(
  deps: ReserveDeps,
  asked: Asked,
  reservationId: string,
): Promise<Reserved> {
  const entry = await deps.ledger.getReservation(reservationId);
  const answer = entry && (await repeatedAnswer(deps, asked, entry));
  if (answer) return answer;
  throw invalidField(
    'Idempotency-Key',
    'is a UUIDv7 whose time is too far from now; send a new key for a new request',
  );
}

/** The key's reservation has ended, so nothing may be spent from it. */
export const closedConflict = (reservationId: string, state: EntryState): ServiceError =>
  new ServiceError(
    { kind: 'reservation-closed', reservationId, state },
    `This Idempotency-Key made reservation ${reservationId}, which is ${state}. Send a new key for a new request.`,
    {
      fields: [{ field: 'Idempotency-Key', message: `belongs to a reservation that is ${state}` }],
    },
  );

/** The key was used with another body. */
export const keyConflict = (): ServiceError =>
  conflict('This Idempotency-Key was already used with another request.', [
    { field: 'Idempotency-Key', message: 'was already used with another request' },
  ]);
