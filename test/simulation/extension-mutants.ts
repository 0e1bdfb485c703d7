import type { TransactionWrite, UpdateWrite } from '../../tables/dynamodb.ts';
import { isWalletUpdate, type Mutant, rewriting, rewritingWallets, withClauses } from './mutant.ts';

/** Faults of extended holds. */
export const EXTENSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'a hold expires by an end that has been extended',
    seed: 330,
    store: rewriting((write) =>
      isEntryUpdate(write)
        ? withClauses(write, (clause) => (clause === 'exp = :end' ? undefined : clause))
        : write,
    ),
  },
  {
    name: 'a wallet lets a hold expire by an end that has been extended',
    seed: 1,
    store: rewritingWallets((write) =>
      withClauses(write, (clause) =>
        /^attribute_not_exists\(O\.#\w+\.e\)$|^O\.#\w+\.e = /.test(clause) ? undefined : clause,
      ),
    ),
  },
  {
    name: 'an extended hold is not on the list of the sweeper',
    seed: 1,
    store: inExtensions((writes) => writes.filter(({ kind }) => kind !== 'put')),
  },
  {
    name: 'a wallet does not learn that a hold is extended',
    seed: 1,
    store: inExtensions((writes) => writes.filter((write) => !isWalletUpdate(write))),
  },
  {
    name: 'an extension is acknowledged before it is written',
    seed: 1,
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
