import { describe, expect, it } from 'vitest';
import { type Balance, type Budget, lanesOf } from '../../../domain/ledger/budget.ts';
import { openBalances } from '../../../services/budgets/open-balances.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { createBudgetStore } from '../../../tables/ledger/budgets.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { putBook } from '../../support/stored.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada' } as const;
const TODAY = { ...ADA, period: 'daily', periodKey: '2026-11-21' } as const;

const daily = (lanes: number): Budget => ({
  ...ADA,
  period: 'daily',
  limitNanoUsd: 5n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  lanes,
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
});

async function storeWith(budget: Budget, wrap: (db: DynamoDb) => DynamoDb = (db) => db) {
  const { db } = createMemoryStore([ledgerTable]);
  const book = { ...ADA, daily: budget, lanes: { daily: budget.lanes ?? 1 }, version: 1 };
  await putBook(db, 'acme', book);
  return { budgets: createBudgetStore(wrap(db)), book };
}

const needOf = (
  book: { daily: Budget; version: number },
  refs = lanesOf(TODAY, book.daily.lanes),
) => ({
  book: { ...ADA, ...book },
  budget: book.daily,
  balances: new Map<string, Balance>(),
  refs,
});

describe('balances of a period that nothing has touched', () => {
  it('are opened in all lanes, the limit shared between them', async () => {
    const { budgets, book } = await storeWith(daily(2));
    const need = needOf(book);
    expect(await openBalances({ budgets }, 'acme', [need], { atMs: AT_MS, nowMs: AT_MS })).toBe(
      true,
    );
    const limits = [...need.balances.values()].map(({ limitNanoUsd }) => limitNanoUsd);
    expect(limits).toEqual([3n, 2n]);
    expect(await budgets.readBalances('acme', need.refs)).toEqual([...need.balances.values()]);
  });

  it('are opened in all lanes even when only one is needed', async () => {
    const { budgets, book } = await storeWith(daily(2));
    const need = needOf(book, [{ ...TODAY, lane: 1 }]);
    expect(await openBalances({ budgets }, 'acme', [need], { atMs: AT_MS, nowMs: AT_MS })).toBe(
      true,
    );
    expect([...need.balances.values()].map(({ limitNanoUsd }) => limitNanoUsd)).toEqual([2n]);
    expect((await budgets.readBalances('acme', [TODAY]))[0]?.limitNanoUsd).toBe(3n);
  });

  it('are not opened by a budget that has changed since', async () => {
    const { budgets, book } = await storeWith(daily(1));
    const need = needOf({ ...book, version: 7 });
    expect(await openBalances({ budgets }, 'acme', [need], { atMs: AT_MS, nowMs: AT_MS })).toBe(
      false,
    );
    expect(await budgets.readBalances('acme', [TODAY])).toEqual([undefined]);
  });
});

describe('balances of an open period', () => {
  it('are read as they stand', async () => {
    let transactions = 0;
    const counted = (db: DynamoDb): DynamoDb => ({
      ...db,
      transact: (writes) => ((transactions += 1), db.transact(writes)),
    });
    const { budgets, book } = await storeWith(daily(1), counted);
    await openBalances({ budgets }, 'acme', [needOf(book)], { atMs: AT_MS, nowMs: AT_MS });
    const again = needOf(book);
    expect(await openBalances({ budgets }, 'acme', [again], { atMs: AT_MS, nowMs: AT_MS })).toBe(
      true,
    );
    expect([...again.balances.values()].map(({ limitNanoUsd }) => limitNanoUsd)).toEqual([5n]);
    expect(transactions).toBe(1);
  });

  it('get the lanes that the budget has gained, without a limit of their own', async () => {
    const { budgets, book } = await storeWith(daily(1));
    await openBalances({ budgets }, 'acme', [needOf(book)], { atMs: AT_MS, nowMs: AT_MS });
    const wider = needOf({ ...book, daily: daily(3) });
    expect(await openBalances({ budgets }, 'acme', [wider], { atMs: AT_MS, nowMs: AT_MS })).toBe(
      true,
    );
    const limits = await budgets.readBalances('acme', wider.refs);
    expect(limits.map((balance) => balance?.limitNanoUsd)).toEqual([5n, 0n, 0n]);
  });
});
