import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { ledgerTable } from '../../tables/ledger.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { ledgerStep, OPENING_STEPS } from './ledger-steps.ts';
import { createMemoryStore } from './memory-store.ts';

const RUNS = 120;

let embedded: EmbeddedStore;
let organizations = 0;

beforeAll(async () => {
  embedded = await startEmbeddedStore();
});
afterAll(() => embedded.close());

const memoryDb = (): DynamoDb => createMemoryStore(Object.values(TABLE_DEFINITIONS)).db;

/** What a call answered; that it threw is an answer too, whatever the words. */
const answerOf = (call: Promise<unknown>): Promise<unknown> => call.catch(() => 'threw');

describe('the store in memory', () => {
  it('answers everything that the application asks as the embedded store does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ledgerStep, { minLength: 4, maxLength: 24 }), async (steps) => {
        const organizationId = `org${(organizations += 1)}`;
        const memory = memoryDb();
        for (const { name, run } of [...OPENING_STEPS, ...steps]) {
          const real = await answerOf(run(organizationId, embedded.db));
          const answer = await answerOf(run(organizationId, memory));
          expect(answer, name).toEqual(real);
        }
      }),
      { numRuns: RUNS, endOnFailure: false },
    );
  });

  it('throws on an expression that it does not know', async () => {
    const write = { kind: 'update', table: ledgerTable.name, key: { pk: 'a', sk: 'b' } } as const;
    const values = { ':a': 1 };
    for (const update of ['REMOVE h', 'ADD h :a', 'SET h = if_not_exists(h, :a)', 'SET o.h = :a']) {
      const bound = update.includes(':a') ? { values } : {};
      await expect(memoryDb().write({ ...write, update, ...bound })).rejects.toThrow();
    }
    for (const condition of [
      'h = :a OR r = :a',
      'NOT h = :a',
      'size(h) > :a',
      'h <> :a',
      '(h = :a)',
    ]) {
      await expect(
        memoryDb().write({ ...write, update: 'SET h = :a', condition, values }),
      ).rejects.toThrow();
    }
  });

  it('pages, and copies what it takes and gives', async () => {
    const { db } = createMemoryStore([ledgerTable], { pageItems: 2 });
    const item = { pk: 'p', sk: '0', list: [1] };
    for (const sk of ['0', '1', '2']) {
      await db.write({ kind: 'put', table: ledgerTable.name, item: { ...item, sk } });
    }
    item.list.push(2);
    const query = { table: ledgerTable.name, condition: 'pk = :pk', values: { ':pk': 'p' } };
    const first = await db.query(query);
    expect(first.items).toHaveLength(2);
    expect(first.items[0]?.['list']).toEqual([1n]);
    const last = await db.query({ ...query, startKey: first.nextKey });
    expect(last.items.map(({ sk }) => sk)).toEqual(['2']);
    expect(last.nextKey).toBeUndefined();
  });
});
