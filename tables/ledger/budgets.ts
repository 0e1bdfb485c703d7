import {
  type Balance,
  type BalanceRef,
  type BudgetBook,
  type Home,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import type { LimitChange } from '../../domain/ledger/limit-changes.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ConditionCheck, DynamoDb, TransactionWrite } from '../dynamodb.ts';
import { createReadPlan, type ItemRead, type ReadPlan } from '../read-plan.ts';
import { countLimitUpdate } from './count-writes.ts';
import * as items from './budget-items.ts';
import { parseKey } from './key.ts';
import { ledgerTable } from './table.ts';

/** The budgets of a scope. */
export const bookRead = (organizationId: string, ref: ScopeRef): ItemRead<BudgetBook> => ({
  table: ledgerTable.name,
  key: items.bookKey(organizationId, ref),
  parse: (item) => items.parseBook(ref, item),
});

/** A balance; absent until its period has activity. */
export const balanceRead = (
  organizationId: string,
  ref: BalanceRef,
): ItemRead<Balance | undefined> => ({
  table: ledgerTable.name,
  key: items.balanceKey(organizationId, ref),
  parse: (item) => item && items.parseBalance(item),
});

export type BudgetStore = ReturnType<typeof createBudgetStore>;

/** Budgets and balances of the ledger. Every decision reads them, and people change them. */
export function createBudgetStore(db: DynamoDb) {
  return {
    ...listings(db),

    /** The check that a book has not changed since it was read. */
    bookCheck,

    /** Runs a plan's reads. */
    run: (plan: ReadPlan): Promise<void> => plan.run(db),

    /** The books of these scopes, in order. */
    async readBooks(organizationId: string, refs: readonly ScopeRef[]): Promise<BudgetBook[]> {
      const plan = createReadPlan();
      const books = refs.map((ref) => plan.add(bookRead(organizationId, ref)));
      await plan.run(db);
      return books.map(({ value }) => value);
    },

    /** Current balances, in order; `undefined` for a period without activity. */
    async readBalances(
      organizationId: string,
      refs: readonly BalanceRef[],
    ): Promise<(Balance | undefined)[]> {
      const plan = createReadPlan();
      const balances = refs.map((ref) => plan.add(balanceRead(organizationId, ref)));
      await plan.run(db);
      return balances.map(({ value }) => value);
    },

    /** Writes what `bookWrites` and others prepared. @returns whether nothing had changed meanwhile */
    write: async (writes: TransactionWrite[]): Promise<boolean> => (await db.transact(writes)).ok,

    /**
     * Opens all lanes of a period's balance, if the book is still at the version its limit came
     * from. Otherwise, or if the balance is already open, it does nothing.
     */
    async openBalance(organizationId: string, book: BudgetBook, lanes: Home[]): Promise<void> {
      await db.transact([
        bookCheck(organizationId, book),
        ...lanes.map((lane) => lanePut(organizationId, lane)),
      ]);
    },
  };
}

/** Pages of budgets and of their periods. */
const listings = (db: DynamoDb) => ({
  /**
   * The keys of a budget's periods that have a balance, newest first.
   * @param page `after` is the last key of the page before
   */
  async listPeriods(
    organizationId: string,
    { scope, scopeId, period }: Omit<BalanceRef, 'periodKey' | 'lane'>,
    { limit, after }: { limit: number; after?: string | undefined },
  ): Promise<{ keys: string[]; next?: string | undefined }> {
    const newest = items.balanceKey(organizationId, { scope, scopeId, period, periodKey: '~' });
    const answer = await db.query({
      table: ledgerTable.name,
      condition: 'pk = :pk AND sk BETWEEN :oldest AND :newest',
      values: { ':pk': newest.pk, ':oldest': `${period}#`, ':newest': newest.sk },
      startKey: after === undefined ? undefined : { pk: newest.pk, sk: `${period}#${after}` },
      descending: true,
      limit,
      consistent: true,
    });
    const keys = answer.items.map((item) => parseKey(item).sk.slice(period.length + 1));
    return { keys, next: answer.nextKey && keys.at(-1) };
  },

  /** One page of an organization's books after a position, in order of scope and id. */
  async listBooks(
    organizationId: string,
    page: { limit: number; after?: string | undefined },
  ): Promise<{ books: BudgetBook[]; next?: string | undefined }> {
    const answer = await db.query({
      table: ledgerTable.name,
      index: 'byOrganization',
      condition: 'budgetsOf = :organization AND pk > :after',
      values: {
        ':organization': organizationId,
        ':after': items.bookPartition(organizationId, page.after ?? ''),
      },
      limit: page.limit,
    });
    const last = answer.items.at(-1);
    return {
      books: answer.items.map((item) => items.parseBook(items.bookRef(item), item)),
      next: answer.nextKey && last && bookPosition(items.bookRef(last)),
    };
  },
});

/**
 * The writes that replace a book if its version has not changed, together with the balances that
 * the change reaches: open ones get the new limit, additional lanes of open ones are opened, and
 * all others must still be unopened.
 */
export const bookWrites = (
  organizationId: string,
  book: BudgetBook,
  balances: LimitChange[],
): TransactionWrite[] => [
  {
    kind: 'put',
    table: ledgerTable.name,
    item: items.bookItem(organizationId, book),
    condition: book.version === 1 ? 'attribute_not_exists(pk)' : 'ver = :before',
    values: book.version === 1 ? undefined : { ':before': book.version - 1 },
  },
  ...balances.map((balance) => limitWrite(organizationId, balance)),
];

/** Holds only if a balance was not used since it was read. */
export function idleCheck(
  organizationId: string,
  { ref, balance: { lastUsedAtMs, reservedNanoUsd } }: Home,
): ConditionCheck {
  const check = { kind: 'check' as const, table: ledgerTable.name };
  const key = items.balanceKey(organizationId, ref);
  return lastUsedAtMs === undefined
    ? { ...check, key, condition: 'attribute_not_exists(u)' }
    : {
        ...check,
        key,
        condition: 'u = :used AND r = :held',
        values: { ':used': lastUsedAtMs, ':held': reservedNanoUsd },
      };
}

const bookPosition = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;

function bookCheck(organizationId: string, book: BudgetBook): ConditionCheck {
  const check = { kind: 'check' as const, table: ledgerTable.name };
  const key = items.bookKey(organizationId, book);
  return book.version === 0
    ? { ...check, key, condition: 'attribute_not_exists(pk)' }
    : { ...check, key, condition: 'ver = :ver', values: { ':ver': book.version } };
}

const lanePut = (organizationId: string, { ref, balance }: Home): TransactionWrite => ({
  kind: 'put',
  table: ledgerTable.name,
  item: items.balanceItem(organizationId, ref, balance),
  condition: 'attribute_not_exists(pk)',
});

function limitWrite(organizationId: string, change: LimitChange): TransactionWrite {
  const { ref, was, limitNanoUsd, countLimits, isNewLane, neededNanoUsd } = change;
  if (isNewLane) return lanePut(organizationId, { ref, balance: untouchedBalance(limitNanoUsd) });
  const target = { table: ledgerTable.name, key: items.balanceKey(organizationId, ref) };
  if (!was) return { kind: 'check', ...target, condition: 'attribute_not_exists(pk)' };
  const counting = countLimitUpdate(was.counters, countLimits);
  return {
    kind: 'update',
    ...target,
    update: `SET l = :limit, h = h + :more${counting.sets}`,
    condition: `l = :was${counting.conditions}${neededNanoUsd === undefined ? '' : ' AND h >= :needed'}`,
    values: {
      ':limit': limitNanoUsd,
      ':more': limitNanoUsd - was.limitNanoUsd,
      ':was': was.limitNanoUsd,
      ...counting.values,
      ...(neededNanoUsd === undefined ? {} : { ':needed': neededNanoUsd }),
    },
  };
}
