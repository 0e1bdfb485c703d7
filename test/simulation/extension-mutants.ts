import type { TransactionWrite, UpdateWrite } from '../../tables/dynamodb.ts';
import { isWalletUpdate, type Mutant } from './mutant.ts';

/**
 * Faults of extended holds. Chance rarely lets an expiry race an extension; the explorer finds those
 * faults in every order of steps (`test/exhaustive/mutants.ts`).
 */
export const EXTENSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'an extended hold is not on the list of the sweeper',
    seed: 2,
    emphasis: { isLate: 0.6, isForgotten: 0.4 },
    store: inExtensions((writes) => writes.filter(({ kind }) => kind !== 'put')),
  },
  {
    name: 'a wallet does not learn that a hold is extended',
    seed: 3,
    store: inExtensions((writes) => writes.filter((write) => !isWalletUpdate(write))),
  },
  {
    name: 'an extension is acknowledged before it is written',
    seed: 3,
    store: (db) => ({
      ...db,
      async transact(writes) {
        if (!writes.some(isExtension)) return db.transact(writes);
        void db.transact(writes).catch(() => undefined);
        return { ok: true };
      },
    }),
  },
];

const isEntryUpdate = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && /\bver = :before\b/.test(write.condition ?? '');

const isExtension = (write: TransactionWrite): boolean =>
  isEntryUpdate(write) && write.update.startsWith('SET exp = :end');

/** Rewrites the transactions that extend a hold. */
function inExtensions(
  rewrite: (writes: TransactionWrite[]) => TransactionWrite[],
): Mutant['store'] {
  return (db) => ({
    ...db,
    transact: (writes) => db.transact(writes.some(isExtension) ? rewrite(writes) : writes),
  });
}
