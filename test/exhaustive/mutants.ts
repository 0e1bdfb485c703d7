import type { TransactionWrite, UpdateWrite, Write } from '../../tables/dynamodb.ts';
import { isWalletUpdate, rewriting, type Mutant, withClauses } from '../simulation/mutant.ts';
import { MUTANTS as BY_CHANCE } from '../simulation/mutants.ts';
import { SESSION_USE_MUTANT } from '../simulation/rule-mutants.ts';
import { HOLD_BELOW_FENCE } from '../simulation/wallet-mutants.ts';

const isEntryUpdate = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && String(write.key['pk']).startsWith('reservation#');

/** Rewrites conditions of entries and wallets, alone or in a transaction. */
const rewritingClauses =
  (change: (clause: string) => string | undefined): Mutant['store'] =>
  (db) => {
    const changed = <Any extends TransactionWrite>(write: Any): Any | UpdateWrite =>
      isEntryUpdate(write) || isWalletUpdate(write) ? withClauses(write, change) : write;
    return {
      ...db,
      write: (write) => db.write(changed(write)),
      transact: (writes) => db.transact(writes.map(changed)),
    };
  };

/** Faults of extended holds. */
const EXTENSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'an expiry goes by an end that was read before',
    store: rewritingClauses((clause) =>
      clause === 'exp = :end' || /^attribute_not_exists\(O\.#\w+\.e\)$/.test(clause)
        ? undefined
        : clause,
    ),
  },
  {
    name: 'an extension does not look whether its end is the latest',
    store: rewriting((write) =>
      isEntryUpdate(write)
        ? withClauses(write, (clause) => (clause === 'exp = :was' ? undefined : clause))
        : write,
    ),
  },
  {
    name: 'an extension of what its wallet has closed',
    store: rewriting((write) =>
      isWalletUpdate(write) && /^SET O\.#\w+\.e = /.test(write.update)
        ? withClauses(write, (clause) =>
            clause.startsWith('attribute_not_exists(') ? undefined : clause,
          )
        : write,
    ),
  },
];

/** Orders of single writes that would save a round trip. */
const SIDE_BY_SIDE_MUTANTS: readonly Mutant[] = [
  {
    name: 'an entry is put beside its hold',
    store: withoutWaiting((write) => write.kind === 'put' && write.item['wal'] !== undefined),
  },
  {
    name: 'an entry is finished beside its closing',
    store: withoutWaiting((write) => isWalletUpdate(write) && write.update.includes('O.')),
  },
];

/** Does not wait for these writes when they are single. */
function withoutWaiting(isMeant: (write: Write) => boolean): Mutant['store'] {
  return (db) => ({
    ...db,
    write(write) {
      if (!isMeant(write)) return db.write(write);
      void db.write(write).catch(() => undefined);
      return Promise.resolve({ ok: true, item: undefined });
    },
  });
}

/** A fault that only the order of two requests at the end of an idle run reveals. */
const SESSION_MUTANT: Mutant = {
  name: 'a run ends though it was used meanwhile',
  store: (db) => ({
    ...db,
    transact: (writes) => db.transact(writes.filter((write) => !isIdleCheck(write))),
  }),
};

const isIdleCheck = (write: TransactionWrite): boolean =>
  write.kind === 'check' && /^(u = :used|attribute_not_exists\(u\))/.test(write.condition);

/** Faults that some order of steps reveals, including ones that random runs hit too rarely. */
export const MUTANTS: readonly Mutant[] = [
  ...BY_CHANCE,
  HOLD_BELOW_FENCE,
  ...EXTENSION_MUTANTS,
  SESSION_USE_MUTANT,
  ...SIDE_BY_SIDE_MUTANTS,
  SESSION_MUTANT,
];
