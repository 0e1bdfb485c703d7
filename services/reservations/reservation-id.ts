import { createHash, randomBytes } from 'node:crypto';
import type { AiRequest } from '../../contracts/ai-request.ts';
import { asGiven } from '../../domain/naming/naming.ts';
import { isReservationId } from '../../contracts/reservations.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { ReservationIdentity } from '../../domain/ledger/attempt.ts';

/** A reservation's identity as derived from the caller's key. */
export type KeyIdentity = ReservationIdentity & {
  /** The key's time is too old for a new reservation. */
  stale: boolean;
};

const FUTURE_TOLERANCE_MS = 60_000;

/**
 * A UUIDv7 `Idempotency-Key` yields the same ID on every retry with the same credential; the ID
 * contains the key's time, which locates the entry. Any other key is remembered. Without a key,
 * every call makes a new reservation.
 * @param acceptedAgeMs maximum age of a time-carrying key that may make a new reservation
 */
export function identifyReservation(
  { organizationId, actor, nowMs }: Call,
  idempotencyKey: string | undefined,
  acceptedAgeMs: number,
  random: (size: number) => Buffer = randomBytes,
): KeyIdentity {
  if (idempotencyKey !== undefined && isReservationId(idempotencyKey)) {
    const keyMs = timeOf(idempotencyKey);
    const owned = JSON.stringify([organizationId, actor, idempotencyKey]);
    return {
      reservationId: uuidV7(keyMs, createHash('sha256').update(owned).digest()),
      occurredAtMs: nowMs,
      stale: keyMs < nowMs - acceptedAgeMs || keyMs > nowMs + FUTURE_TOLERANCE_MS,
    };
  }
  return {
    reservationId: uuidV7(nowMs, random(10)),
    occurredAtMs: nowMs,
    opaqueKey: idempotencyKey,
    stale: false,
  };
}

/** Distinguishes requests: the same key with another digest is a conflict. */
export const digestOf = (request: AiRequest): string =>
  createHash('sha256')
    .update(JSON.stringify(asGiven(request)))
    .digest('base64url')
    .slice(0, 16);

const timeOf = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

/** RFC 9562 UUID version 7 of a time and 74 bits taken from `bytes`. */
export function uuidV7(ms: number, bytes: Buffer): string {
  const time = ms.toString(16).padStart(12, '0');
  const rest = bytes.toString('hex');
  const variant = ((Number.parseInt(rest.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`;
}
