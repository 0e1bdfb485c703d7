import { expect, it } from 'vitest';
import { createStandingsReader } from '../../../services/budgets/budget-standings.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { createBudgetStore } from '../../../tables/ledger/budgets.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { putBook } from '../../support/stored.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada' } as const;

it('asks to retry when conflicts keep a balance from being opened', async () => {
  const { db } = createMemoryStore([ledgerTable]);
  const daily = {
    ...ADA,
    period: 'daily',
    limitNanoUsd: 5n,
    timeZone: 'UTC',
    enforcement: 'enforce',
    createdAtMs: AT_MS,
    updatedAtMs: AT_MS,
  } as const;
  await putBook(db, 'acme', { ...ADA, daily, version: 1 });
  let conflicts = 0;
  const contended: DynamoDb = {
    ...db,
    transact: async (writes) =>
      (conflicts -= 1) >= 0
        ? { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) }
        : db.transact(writes),
  };
  const reader = createStandingsReader(createBudgetStore(contended));
  conflicts = Infinity;
  await expect(reader.read('acme', [ADA], AT_MS)).rejects.toMatchObject({ type: 'unavailable' });
  conflicts = 3;
  const [standing] = (await reader.read('acme', [ADA], AT_MS)).of([ADA]);
  expect(standing?.balance.headroomNanoUsd).toBe(5n);
});
