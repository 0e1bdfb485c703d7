import type { Entry } from '../../domain/ledger/entry.ts';
import { createMemory } from '../memory.ts';

/** About 2 KB each. */
const ENTRIES_REMEMBERED = 5_000;

/** Entries as this process reserved them, so that it can settle them without a read. */
export type OpenEntries = ReturnType<typeof createOpenEntries>;

export function createOpenEntries() {
  const entries = createMemory<Entry>({ most: ENTRIES_REMEMBERED });
  return {
    /** @param entry a new entry whose money is held */
    remember: (entry: Entry): void => entries.set(entry.entryId, entry),

    /**
     * An entry that has not reached its end, each only once. Only an extension moves the end, and
     * only to a later time.
     */
    take(organizationId: string, reservationId: string, nowMs: number): Entry | undefined {
      const entry = entries.get(reservationId);
      if (entry?.organizationId !== organizationId) return undefined;
      entries.delete(reservationId);
      return nowMs < (entry.expiresAtMs ?? 0) ? entry : undefined;
    },
  };
}

/** A remembered entry has changed in the store, so nothing may be decided from memory. */
export class OutdatedEntryError extends Error {
  override name = 'OutdatedEntryError';
}
