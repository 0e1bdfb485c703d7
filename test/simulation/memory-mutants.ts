import type { Entry } from '../../domain/ledger/entry.ts';
import type { StandingsReader } from '../../services/budgets/budget-standings.ts';
import type { OpenEntries } from '../../services/reservations/open-entries.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { bound, isHomeUpdate, type Mutant, rewriting, withClauses } from './mutant.ts';

const HOUR_MS = 3_600_000;

const settledFromMemory = new Set<string>();

/** Faults of reserving and settling from memory. */
export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'a settlement from memory does not check the version',
    seed: 2,
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
  { name: "a settlement takes another reservation's memory", seed: 2, openEntries: swapped },
  {
    name: 'a hold from memory needs no headroom',
    seed: 5,
    emphasis: { isExact: true, isTight: true, isRushed: true },
    store: rewritingRemembered((clause) => clause === 'h >= :needed'),
  },
  {
    name: 'a hold from memory needs no room in requests and tokens',
    seed: 19,
    emphasis: { isExact: true, isCounting: true, isTight: true, isRushed: true },
    store: rewritingRemembered((clause) => /^n\.[qk]\.h >=/.test(clause)),
  },
  {
    name: 'a reservation is decided from memory of any age',
    seed: 3,
    emphasis: { isExact: true },
    memoryClock: (now) => Math.floor(now / HOUR_MS) * HOUR_MS,
  },
  {
    name: 'a reservation from memory goes to the period before',
    seed: 174,
    emphasis: { isExact: true, isPlentiful: true },
    standings: (reader) => heldLate(reader, 2_000),
  },
];

/** Leaves out some conditions of holds that were decided from memory. */
function rewritingRemembered(isLeftOut: (clause: string) => boolean): Mutant['store'] {
  return rewriting((write) =>
    isHomeUpdate(write) && write.condition?.includes('l = :limit')
      ? withClauses(write, (clause) => (isLeftOut(clause) ? undefined : clause))
      : write,
  );
}

/** Decides from memory as of an earlier instant. */
const heldLate = (reader: StandingsReader, lateMs: number): StandingsReader => ({
  ...reader,
  async read(organizationId, refs, atMs, options = {}) {
    if (options.mayRemember) {
      const read = await reader.read(organizationId, refs, atMs - lateMs, options);
      if (read.memory) return read;
    }
    return reader.read(organizationId, refs, atMs, options);
  },
});

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
