import type { Entry } from '../../domain/ledger/entry.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { isServiceError } from '../errors.ts';
import type { OpenEntries } from './open-entries.ts';
import { findReservation } from './settle-reservation.ts';

export type MemoryDeps = { ledger: LedgerStore; openEntries: OpenEntries };

/** An entry to close, and whether it comes from memory instead of a read. */
export type ClosingEntry = { entry: Entry; isRemembered: boolean };

/**
 * Closes a reservation as this process reserved it, without a read. The conditions of the writes
 * guard: if the entry has changed since, or is refused, reads it and closes it as read. So every
 * refusal, and every answer to a repeated call, comes from a read.
 * @throws ServiceError `not-found`, also for other organizations' reservations
 */
export async function closeByMemory(
  { ledger, openEntries }: MemoryDeps,
  { organizationId, reservationId, nowMs }: Sought,
  close: (closing: ClosingEntry) => Promise<Entry>,
): Promise<Entry> {
  const remembered = openEntries.take(organizationId, reservationId, nowMs);
  if (remembered) {
    try {
      return await close({ entry: remembered, isRemembered: true });
    } catch (error) {
      if (!isOutdated(error)) throw error;
    }
  }
  const entry = await findReservation(ledger, organizationId, reservationId);
  return close({ entry, isRemembered: false });
}

type Sought = { organizationId: string; reservationId: string; nowMs: number };

const isOutdated = (error: unknown): boolean =>
  !(error instanceof StoreUnavailableError) && !isServiceError(error, 'unavailable');
