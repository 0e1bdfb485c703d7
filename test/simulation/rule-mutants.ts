import type { Attribute, DynamoDb, Item, TransactionWrite } from '../../tables/dynamodb.ts';
import { PERIODS } from '../../domain/periods.ts';
import {
  bound,
  isBookChange,
  isHomeUpdate,
  rewriting,
  type StoreMutant,
  withClauses,
} from './mutant.ts';

const DAY_MS = 86_400_000;

/** Faults of periods, tags, limits in requests and tokens, adjustments, calendars, defaults and sessions. */
export const RULE_MUTANTS: readonly StoreMutant[] = [
  {
    name: 'a reservation needs no room in requests and tokens',
    emphasis: { isCounting: true, isRushed: true },
    store: rewriting((write) =>
      isHomeUpdate(write)
        ? withClauses(write, (clause) => (/^n\.[qk]\.h >=/.test(clause) ? undefined : clause))
        : write,
    ),
  },
  {
    name: 'a closed reservation still holds its requests and tokens',
    seed: 4,
    store: rewriting((write) => {
      const held = isHomeUpdate(write) ? write.values?.[':qr'] : undefined;
      if (!isHomeUpdate(write) || typeof held !== 'number' || held >= 0) return write;
      return { ...write, values: { ...write.values, ':qr': 0, ':kr': 0 } };
    }),
  },
  {
    name: 'a default replaces what an operator set',
    seed: 1,
    store: readingBudgets((budget) => ({
      src: { owner: 'organization/acme', version: 0 },
      ...budget,
    })),
  },
  {
    name: 'an override goes on after it has ended',
    seed: 19,
    store: readingBudgets((budget) => ({
      ...budget,
      ...(budget['adj']
        ? {
            adj: (budget['adj'] as Item[]).map(({ until, ...rest }) => ({
              ...rest,
              ...(until === undefined ? {} : { until: Number(until) + 600_000 }),
            })),
          }
        : {}),
    })),
  },
  {
    name: 'a reset reaches no balance',
    seed: 1,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(
          isBookChange(writes) && adjustmentsOf(writes).some(({ k }) => k === 'reset')
            ? writes.filter((write) => !isHomeUpdate(write))
            : writes,
        ),
    }),
  },
  {
    name: 'a reset gives back no requests and tokens',
    seed: 28,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(
          isBookChange(writes) && adjustmentsOf(writes).some(({ k }) => k === 'reset')
            ? writes.map(withoutMoreCounts)
            : writes,
        ),
    }),
  },
  {
    name: 'what leaves a period enters no other',
    seed: 1,
    store: writingBudgets((budget) => ({
      ...budget,
      ...(budget['adj']
        ? {
            adj: (budget['adj'] as Item[]).filter(
              ({ k, add }) => k !== 'rollover' || Number(add) < 0,
            ),
          }
        : {}),
    })),
  },
  {
    name: 'a new calendar begins at once',
    seed: 6,
    store: writingBudgets((budget) => ({
      ...budget,
      ...(budget['cal']
        ? { cal: (budget['cal'] as Item[]).map((change) => ({ ...change, from: 0 })) }
        : {}),
    })),
  },
  {
    name: 'budgets of tags apply to no request',
    seed: 1,
    store: (db) => ({
      ...db,
      get: async (request) => (request.key['setting'] === 'tags' ? undefined : db.get(request)),
    }),
  },
  {
    name: 'every week begins on a Monday',
    seed: 1,
    store: readingBudgets((budget) => ({ ...budget, wk: 'monday' })),
  },
  {
    name: 'a prepaid budget begins again with every day',
    seed: 1,
    store: (db, { now }) => ({
      ...db,
      batchGet: async (keys, options) =>
        (await db.batchGet(keys, options)).map((item) =>
          isBook(item) && item['scope'] !== 'session' ? withDailyTotal(item, now()) : item,
        ),
    }),
  },
];

/** Found by every order of steps and by plain sums: chance hits it too rarely. */
export const SESSION_USE_MUTANT: StoreMutant = {
  name: 'a session does not remember that it was used',
  store: rewriting((write) =>
    isHomeUpdate(write) && write.update.includes(', u = :used')
      ? bound({ ...write, update: write.update.replace(', u = :used', '') })
      : write,
  ),
};

/** A book whose prepaid budget has a run for every day. */
function withDailyTotal(book: Item, nowMs: number): Item {
  const total = book['total'] as Item | undefined;
  return total ? { ...book, total: { ...total, runs: [nowMs - (nowMs % DAY_MS)] } } : book;
}

/** A change of a balance that leaves its limits of requests and tokens as they were. */
function withoutMoreCounts(write: TransactionWrite): TransactionWrite {
  const { ':qw': requests, ':kw': tokens } = (isHomeUpdate(write) && write.values) || {};
  if (!isHomeUpdate(write) || requests === undefined || tokens === undefined) return write;
  const values = { ':ql': requests, ':kl': tokens, ':qm': 0, ':km': 0 };
  return { ...write, values: { ...write.values, ...values } };
}

const isBook = (item: Item | undefined): item is Item => item?.['sk'] === 'budgets';

/** A book in which each budget is changed. */
const withBudgets = (book: Item, change: (budget: Item) => Item): Item => ({
  ...book,
  ...Object.fromEntries(
    PERIODS.flatMap((period): [string, Attribute][] => {
      const budget = book[period] as Item | undefined;
      return budget ? [[period, change(budget)]] : [];
    }),
  ),
});

/** Changes budgets as they are read. */
function readingBudgets(change: (budget: Item) => Item): (db: DynamoDb) => DynamoDb {
  return (db) => ({
    ...db,
    batchGet: async (keys, options) =>
      (await db.batchGet(keys, options)).map((item) =>
        isBook(item) ? withBudgets(item, change) : item,
      ),
  });
}

/** Changes budgets as they are written. */
function writingBudgets(change: (budget: Item) => Item): (db: DynamoDb) => DynamoDb {
  return rewriting((write) =>
    write.kind === 'put' && isBook(write.item)
      ? { ...write, item: withBudgets(write.item, change) }
      : write,
  );
}

const adjustmentsOf = (writes: TransactionWrite[]): Item[] =>
  writes.flatMap((write) =>
    write.kind === 'put' && isBook(write.item)
      ? PERIODS.flatMap((period) => {
          const budget =
            write.kind === 'put' ? (write.item[period] as Item | undefined) : undefined;
          return (budget?.['adj'] ?? []) as Item[];
        })
      : [],
  );
