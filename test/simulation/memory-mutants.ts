import type { Entry } from '../../domain/ledger/entry.ts';
import type { OpenEntries } from '../../services/reservations/open-entries.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { bound, type Mutant, rewriting } from './mutant.ts';

const settledFromMemory = new Set<string>();

/** Faults of settling from memory. */
export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a settlement from memory does not check the version',
    openEntries: (entries) => ({
      ...entries,
      take(...sought) {
        const entry = entries.take(...sought);
        if (entry) settledFromMemory.add(entry.entryId);
        return entry;
      },
    }),
    store: rewriting((write) =>
      write.kind === 'update' &&
      write.condition === '#ver = :before' &&
      settledFromMemory.has(String(write.key['sk']))
        ? bound({ ...write, condition: 'attribute_exists(pk)' })
        : write,
    ),
  },
  {
    name: 'an entry names another wallet than the one that holds it',
    emphasis: { isLending: true, isRushed: true },
    store: (db) => ({
      ...db,
      write: (write) => db.write(inFirstWallet(write)),
      transact: (writes) => db.transact(writes.map(inFirstWallet)),
    }),
  },
  { name: "a settlement takes another reservation's memory", openEntries: swapped },
];

/** Answers what was remembered before, under the id that is sought. */
function swapped(entries: OpenEntries): OpenEntries {
  let [latest, former]: (Entry | undefined)[] = [];
  return {
    remember(entry) {
      [latest, former] = [entry, latest];
      entries.remember(entry);
    },
    take(...sought) {
      const entry = entries.take(...sought);
      return entry && former ? { ...former, entryId: entry.entryId } : entry;
    },
  };
}

function inFirstWallet<Any extends TransactionWrite>(write: Any): Any {
  if (write.kind !== 'put' || !Array.isArray(write.item['wal'])) return write;
  return { ...write, item: { ...write.item, wal: [0, ...write.item['wal'].slice(1)] } };
}
