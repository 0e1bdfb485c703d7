import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { DynamoDb, Item } from '../../tables/dynamodb.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { ledgerStep, OPENING_STEPS } from './ledger-steps.ts';
import { type Change, createMemoryStore } from './memory-store.ts';
import { walletStoreStep } from './wallet-steps.ts';
import { FIRST_WALLETS, readWallets, walletStep } from './wallet-expression-steps.ts';

const RUNS = 120;

let embedded: EmbeddedStore;
let organizations = 0;

beforeAll(async () => {
  embedded = await startEmbeddedStore();
});
afterAll(() => embedded.close());

const memoryDb = (): DynamoDb => createMemoryStore(Object.values(TABLE_DEFINITIONS)).db;

/** A call's answer. Throwing counts as an answer too, with any message. */
const answerOf = (call: Promise<unknown>): Promise<unknown> => call.catch(() => 'threw');

describe('the store in memory', () => {
  it('answers everything that the application asks as the embedded store does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(ledgerStep, walletStoreStep), { minLength: 4, maxLength: 24 }),
        async (steps) => {
          const organizationId = `org${(organizations += 1)}`;
          const memory = memoryDb();
          for (const { name, run } of [...OPENING_STEPS, ...steps]) {
            const real = await answerOf(run(organizationId, embedded.db));
            const answer = await answerOf(run(organizationId, memory));
            expect(answer, name).toEqual(real);
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: false },
    );
  });

  it('evaluates paths, removals and conditions on wallets as the embedded store does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(walletStep, { minLength: 4, maxLength: 24 }), async (steps) => {
        const organizationId = `org${(organizations += 1)}`;
        const commits: Change[] = [];
        const copies: Change[] = [];
        const { db } = createMemoryStore([ledgerTable], {
          onCommit(changes) {
            commits.push(...changes);
            copies.push(...structuredClone(changes));
          },
        });
        for (const { name, run } of [...FIRST_WALLETS, ...steps, readWallets]) {
          const real = await answerOf(run(organizationId, embedded.db));
          const answer = await answerOf(run(organizationId, db));
          expect(answer, name).toEqual(real);
        }
        expect(commits, 'images that were given out').toEqual(copies);
      }),
      { numRuns: RUNS, endOnFailure: false },
    );
  });

  it('refuses what only DynamoDB refuses, or stores answer differently', async () => {
    const db = memoryDb();
    const table = ledgerTable.name;
    const key = { pk: 'a', sk: 'b' };
    const item = { ...key, L: { p: { i: 1 } }, h: 1 };
    const absent = { ...key, pk: 'absent' };
    await db.write({ kind: 'put', table, item });
    for (const update of ['REMOVE Z.p', 'REMOVE h.p', 'REMOVE L.q.i', 'REMOVE L.p.i.z']) {
      await expect(db.write({ kind: 'update', table, key, update })).rejects.toThrow('no map at');
    }
    const removal = { kind: 'update', table, key: absent, update: 'REMOVE h' } as const;
    await expect(db.write(removal)).rejects.toThrow('absent item');
    const overlap = { kind: 'update', table, key, update: 'SET L.p = h REMOVE L.p.i' } as const;
    await expect(db.transact([overlap])).rejects.toThrow('overlaps');
    const kept: (Item | undefined)[] = await db.batchGet(
      [key, absent].map((k) => ({ table, key: k })),
    );
    expect(kept).toEqual([{ ...item, L: { p: { i: 1n } }, h: 1n }, undefined]);
  });

  it('throws on an expression that it does not know', async () => {
    const write = { kind: 'update', table: ledgerTable.name, key: { pk: 'a', sk: 'b' } } as const;
    const values = { ':a': 1 };
    for (const update of [
      'ADD h :a SET r = :a',
      'SET h = :a ADD r :a',
      'DELETE h :a',
      'SET h = if_not_exists(h, :a)',
      'SET h = list_append(h, :a)',
      'SET h = :a + :a + :a',
      'SET o[0] = :a',
      'SET o.0 = :a',
      'SET o.:a = :a',
      'SET h = :a, REMOVE r',
      'SET h = :a SET r = :a',
      'REMOVE r SET h = :a',
      'REMOVE r REMOVE h',
      'REMOVE',
      'SET',
      '',
    ]) {
      const bound = update.includes(':a') ? { values } : {};
      await expect(memoryDb().write({ ...write, update, ...bound }), update).rejects.toThrow(
        /not understood|no attribute's name/,
      );
    }
    for (const condition of [
      'h = :a OR r = :a',
      'NOT h = :a',
      'size(h) > :a',
      'h[0] = :a',
      'o..h = :a',
      'attribute_exists(:a)',
      '(h = :a)',
    ]) {
      await expect(
        memoryDb().write({ ...write, update: 'SET h = :a', condition, values }),
        condition,
      ).rejects.toThrow(/not understood|no attribute's name|not in use/);
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
