import type { TransactionWrite, UpdateWrite } from '../../tables/dynamodb.ts';
import { bookKey, parseBook } from '../../tables/ledger/budget-items.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import type { Period } from '../../domain/periods.ts';
import type { Scope } from '../../domain/scopes.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import {
  isBookChange,
  isEntryUpdate,
  isHomeUpdate,
  type Mutant,
  oneByOne,
  rewriting,
  type View,
} from './mutant.ts';
import { EXTENSION_MUTANTS } from './extension-mutants.ts';
import { MEMORY_MUTANTS } from './memory-mutants.ts';
import { MOVE_MUTANTS } from './move-mutants.ts';
import { RULE_MUTANTS } from './rule-mutants.ts';
import { WALLET_MUTANTS } from './wallet-mutants.ts';
import { WORKFLOW_MUTANTS } from './workflow-mutants.ts';

export type { Mutant } from './mutant.ts';

const BALANCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a reservation needs no headroom',
    seed: 1,
    store: rewriting((write) =>
      write.kind === 'update' && write.condition === 'h >= :needed'
        ? without(write, 'attribute_exists(pk)', ':needed')
        : write,
    ),
  },
  {
    name: 'an entry may replace another',
    seed: 2,
    store: rewriting((write) =>
      write.kind === 'put' && write.item['k'] !== undefined
        ? { kind: 'put', table: write.table, item: write.item }
        : write,
    ),
  },
  {
    name: 'a settlement forgets to check the version',
    seed: 2,
    store: rewriting((write) =>
      write.kind === 'update' && write.condition === '#ver = :before'
        ? without(write, 'attribute_exists(pk)', ':before')
        : write,
    ),
  },
  {
    name: 'expiry gives the money back',
    seed: 12,
    store: (db) => ({ ...db, transact: (writes) => db.transact(released(writes)) }),
  },
  {
    name: 'a transaction is split into single writes',
    seed: 1,
    store: (db) => ({ ...db, transact: (writes) => oneByOne(db, writes) }),
  },
  {
    name: 'a settlement goes to the period of its arrival',
    seed: 8,
    store: (db, view) => ({
      ...db,
      transact: (writes) =>
        db.transact(isClosing(writes) ? writes.map((write) => movedToNow(write, view)) : writes),
    }),
  },
  {
    name: 'an opaque key is not remembered',
    seed: 2,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(
          writes.filter(
            (write) => !(write.kind === 'put' && String(write.item['pk']).startsWith('key#')),
          ),
        ),
    }),
  },
  {
    name: 'a rejection does not look whether its key made a reservation',
    seed: 23,
    store: (db) => ({
      ...db,
      get: async (request) =>
        String(request.key['pk']).startsWith('key#') ? undefined : db.get(request),
    }),
  },
  {
    name: 'a limit change checks neither version nor balances',
    seed: 4,
    store: (db) => ({
      ...db,
      transact: (writes) => db.transact(isBookChange(writes) ? writes.flatMap(unguarded) : writes),
    }),
  },
  {
    name: 'a balance opens whatever its budget has become',
    seed: 16,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isBookChange(writes) ? writes : writes.filter(({ kind }) => kind !== 'check')),
    }),
  },
  {
    name: 'a settlement is acknowledged before it is written',
    seed: 1,
    store: (db) => ({
      ...db,
      async transact(writes) {
        if (!isClosing(writes)) return db.transact(writes);
        void db.transact(writes).catch(() => undefined);
        return { ok: true };
      },
    }),
  },
  {
    name: 'a correction is not remembered',
    seed: 1,
    store: rewriting((write) =>
      write.kind === 'update' && write.values?.[':cor']
        ? { ...write, values: { ...write.values, ':cor': [] } }
        : write,
    ),
  },
  {
    name: 'a refund does not reach the balances',
    seed: 1,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isCorrection(writes) ? writes.filter((write) => !isHomeUpdate(write)) : writes),
    }),
  },
  { name: 'a sweeper expires early', seed: 1, sweepAheadMs: 60_000 },
  {
    name: 'a sweeper leaves minutes behind that it did not look at',
    seed: 1,
    store: (db) => ({
      ...db,
      write: (write) =>
        write.kind === 'put' && write.item['pk'] === 'sweep'
          ? db.write({
              ...write,
              item: { ...write.item, minute: Number(write.item['minute']) + 2 },
            })
          : db.write(write),
    }),
  },
];

/** Faults of budgets, entries and sweeps, then those of extensions, moves, rules, wallets and workflows. */
export const MUTANTS: readonly Mutant[] = [
  ...BALANCE_MUTANTS,
  ...EXTENSION_MUTANTS,
  ...MEMORY_MUTANTS,
  ...MOVE_MUTANTS,
  ...RULE_MUTANTS,
  ...WALLET_MUTANTS,
  ...WORKFLOW_MUTANTS,
];

/** An update with a different condition, which no longer uses one of the values. */
function without(write: UpdateWrite, condition: string, value: string): UpdateWrite {
  const values = Object.entries(write.values ?? {}).filter(([name]) => name !== value);
  const isNamed = write.update.includes('#ver');
  return {
    ...write,
    condition,
    values: Object.fromEntries(values),
    ...(write.names && !isNamed ? { names: {} } : {}),
  };
}

const isClosing = (writes: TransactionWrite[]): boolean => writes.some(isEntryUpdate);

const isCorrection = (writes: TransactionWrite[]): boolean =>
  writes.some((write) => isEntryUpdate(write) && write.values?.[':cor'] !== undefined);

function released(writes: TransactionWrite[]): TransactionWrite[] {
  const entry = writes.find(isEntryUpdate);
  if (entry?.values?.[':st'] !== 'expired') return writes;
  return writes.map((write) => {
    if (write.kind !== 'update') return write;
    const values = write.values ?? {};
    if (write === entry) return { ...write, values: { ...values, ':chg': 0n } };
    const back = values[':s'] ?? 0n;
    return { ...write, values: { ...values, ':h': back, ':s': 0n } };
  });
}

function movedToNow(write: TransactionWrite, { now, store }: View): TransactionWrite {
  if (write.kind !== 'update' || !String(write.key['pk']).startsWith('budget#')) return write;
  const [, organizationId = '', scope, scopeId = ''] = String(write.key['pk']).split('#');
  const ref = { scope: scope as Scope, scopeId };
  const table = ledgerTable.name;
  const book = parseBook(ref, store.get({ table, key: bookKey(organizationId, ref) }));
  const period = String(write.key['sk']).split('#')[0] as Period;
  const budget = book[period];
  if (!budget) return write;
  const key = { ...write.key, sk: `${period}#${periodOf(budget, now()).key}` };
  return store.get({ table, key }) ? { ...write, key } : write;
}

function unguarded(write: TransactionWrite): TransactionWrite[] {
  if (write.kind === 'check') return [];
  if (write.kind === 'put') return [{ kind: 'put', table: write.table, item: write.item }];
  return write.kind === 'update' ? [without(write, 'attribute_exists(pk)', ':was')] : [write];
}
