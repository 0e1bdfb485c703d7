import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BalanceRef, type Budget, untouchedBalance } from '../../domain/ledger/budget.ts';
import {
  chargeChange,
  type Entry,
  expireEntry,
  reservationChange,
  settleEntry,
  voidEntry,
} from '../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { DynamoDb, TransactionWrite } from '../../tables/dynamodb.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createLedgerStore, ledgerTable } from '../../tables/ledger.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { createMemoryStore } from './memory-store.ts';

const RUNS = 120;
const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const REFS: BalanceRef[] = [
  { scope: 'user', scopeId: 'ada', period: 'daily', periodKey: '2026-11-21' },
  { scope: 'user', scopeId: 'bob', period: 'monthly', periodKey: '2026-11' },
];

let embedded: EmbeddedStore;
let organizations = 0;

beforeAll(async () => {
  embedded = await startEmbeddedStore();
});
afterAll(() => embedded.close());

const memoryDb = (): DynamoDb => createMemoryStore(Object.values(TABLE_DEFINITIONS)).db;

/** What a call answered; that it threw is an answer too, whatever the words. */
const answerOf = (call: Promise<unknown>): Promise<unknown> => call.catch(() => 'threw');

type Step = (organizationId: string, db: DynamoDb) => Promise<unknown>;

const stores = (db: DynamoDb) => ({
  ledger: createLedgerStore(db, { retentionDays: 400 }),
  budgets: createBudgetStore(db),
  audit: createAuditLog(db),
  artifacts: createPredictorArtifactStore(db),
});

const reservationId = (organizationId: string, n: number): string =>
  `019aa5c3-7a10-7cc4-9b1e-${Buffer.from(organizationId).toString('hex').slice(-10).padStart(10, '0')}0${n}`;

const entryOf = (organizationId: string, n: number, amountNanoUsd: bigint, balances: string[]) =>
  ({
    entryId: reservationId(organizationId, n),
    kind: 'reservation',
    organizationId,
    userId: 'ada',
    system: 'relaycore',
    model: 'm',
    tags: { n: String(n), leer: '' },
    state: 'reserved',
    amountNanoUsd,
    chargedNanoUsd: 0n,
    balances,
    occurredAtMs: AT_MS,
    expiresAtMs: AT_MS + 1_000,
    version: 1,
    requestDigest: 'd',
    quality: 0.5,
  }) satisfies Entry;

const budgetOf = (scopeId: string, limitNanoUsd: bigint, period: 'daily' | 'monthly'): Budget => ({
  scope: 'user',
  scopeId,
  period,
  limitNanoUsd,
  timeZone: 'Europe/Berlin',
  enforcement: 'enforce',
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
});

const number = fc.integer({ min: 0, max: 3 });
const amount = fc.constantFrom(0n, 1n, 2n, 3n, 6n);
const refs = fc.subarray(REFS, { minLength: 0 });
const nameOf = (ref: BalanceRef) => `${ref.scope}/${ref.scopeId}/${ref.period}/${ref.periodKey}`;

/** Operations as the application makes them; few ids and small amounts, so that they meet. */
const step: fc.Arbitrary<{ name: string; run: Step }> = fc.oneof(
  fc
    .tuple(number, amount, refs, fc.boolean(), fc.option(number))
    .map(([n, a, some, enforce, key]) => ({
      name: `reserve ${n} ${a} of ${some.map(nameOf).join()} key ${key}`,
      run: (org: string, db: DynamoDb) =>
        stores(db).ledger.reserve(
          entryOf(org, n, a, some.map(nameOf)),
          some.map((ref) => ({ ref, enforce })),
          reservationChange(a),
          key === null ? undefined : `key${key}`,
        ),
    })),
  fc
    .tuple(
      number,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('settle', 'void', 'expire'),
      amount,
    )
    .map(([n, version, how, a]) => ({
      name: `${how} ${n} from version ${version} at ${a}`,
      async run(org: string, db: DynamoDb) {
        const { ledger } = stores(db);
        const found = await ledger.getReservation(reservationId(org, n));
        if (!found) return 'missing';
        const settlement = {
          chargedNanoUsd: a,
          usage: NO_TOKENS,
          model: 'm',
          settlementDigest: 's',
        };
        const next =
          how === 'settle'
            ? settleEntry(found, { ...settlement, latencyMs: 1.5 }, AT_MS)
            : how === 'void'
              ? voidEntry(found, AT_MS)
              : expireEntry(found, AT_MS + 2_000);
        if (next.kind !== 'change') return next;
        return ledger.change({ ...found, version }, next.entry, next.change);
      },
    })),
  fc.tuple(fc.subarray([0, 1, 2, 3], { minLength: 1 }), amount, refs).map(([ns, a, some]) => ({
    name: `charge ${ns.join()} ${a}`,
    run: (org: string, db: DynamoDb) =>
      stores(db).ledger.charge(
        ns.map((n) => ({
          ...entryOf(org, n, 0n, some.map(nameOf)),
          kind: 'charge' as const,
          entryId: `event${n}`,
          chargedNanoUsd: a,
        })),
        some.map((ref) => ({ ref, enforce: false })),
        chargeChange(a * BigInt(ns.length)),
      ),
  })),
  fc.tuple(fc.constantFrom(...REFS), number, amount).map(([ref, version, limit]) => ({
    name: `open ${nameOf(ref)} ${limit} at version ${version}`,
    run: (org: string, db: DynamoDb) =>
      stores(db).budgets.openBalance(
        org,
        { scope: ref.scope, scopeId: ref.scopeId, version },
        ref,
        { limitNanoUsd: limit, headroomNanoUsd: limit, reservedNanoUsd: 0n, settledNanoUsd: 0n },
      ),
  })),
  fc
    .tuple(fc.constantFrom(...REFS), number, amount, fc.boolean())
    .map(([ref, ahead, limit, stale]) => ({
      name: `limit ${nameOf(ref)} ${limit} ${ahead} ahead ${stale}`,
      async run(org: string, db: DynamoDb) {
        const { budgets } = stores(db);
        const read = await budgets.readStandings(org, [ref], [ref]);
        const [was] = read.balances;
        const version = (read.books[0]?.version ?? 0) + 1 + (ahead === 3 ? 1 : 0);
        const book = { scope: ref.scope, scopeId: ref.scopeId, version };
        return budgets.putBook(
          org,
          { ...book, [ref.period]: budgetOf(ref.scopeId, limit, ref.period) },
          [{ ref, was: stale ? was && { ...was, limitNanoUsd: 7n } : was, limitNanoUsd: limit }],
        );
      },
    })),
  fc.constantFrom<{ name: string; run: Step }>(
    {
      name: 'list books by one',
      async run(org, db) {
        const { budgets } = stores(db);
        const first = await budgets.listBooks(org, { limit: 1 });
        return [first, await budgets.listBooks(org, { limit: 1, after: first.next ?? 'user#a' })];
      },
    },
    { name: 'list books', run: (org, db) => stores(db).budgets.listBooks(org, { limit: 10 }) },
    {
      name: 'standings',
      run: (org, db) =>
        stores(db).budgets.readStandings(org, REFS, REFS, [
          { table: 'rate-cards', key: { pk: org, sk: 'm' } },
        ]),
    },
    {
      name: 'open reservations',
      async run(org, db) {
        const { ledger } = stores(db);
        const minute = Math.floor(Number.parseInt('019aa5c37a10', 16) / 60_000);
        const shards = await Promise.all(
          [0, 1, 2, 3].map((shard) => ledger.listOpenReservations(minute, shard)),
        );
        return shards.map(({ entries }) =>
          entries.filter(({ organizationId }) => organizationId === org),
        );
      },
    },
    {
      name: 'audit',
      async run(org, db) {
        const { audit } = stores(db);
        const change = { actor: 'a', action: 'budget.put', target: 't', after: { l: 1n } };
        await audit.record({ organizationId: org, ...change, atMs: AT_MS });
        return audit.listDay(org, '2026-11-21');
      },
    },
    { name: 'predictor', run: (org, db) => stores(db).artifacts.read(org) },
    {
      name: 'misuse: a binding that is not used',
      run: (org, db) =>
        db.write({
          kind: 'put',
          table: ledgerTable.name,
          item: { pk: org, sk: 'x' },
          condition: 'attribute_not_exists(pk)',
          values: { ':a': 1 },
        }),
    },
    {
      name: 'misuse: an addition to nothing',
      run: (org, db) =>
        db.write({
          kind: 'update',
          table: ledgerTable.name,
          key: { pk: `${org}none`, sk: 'x' },
          update: 'SET h = h + :h',
          values: { ':h': 1 },
        }),
    },
    {
      name: 'misuse: one item twice',
      run(org, db) {
        const put = { kind: 'put', table: ledgerTable.name, item: { pk: org, sk: 'x' } } as const;
        return db.transact([put, put] satisfies TransactionWrite[]);
      },
    },
  ),
);

const opening = (ref: BalanceRef, limitNanoUsd: bigint): { name: string; run: Step } => ({
  name: `open ${nameOf(ref)}`,
  async run(organizationId, db) {
    const { budgets } = stores(db);
    const budget = budgetOf(ref.scopeId, limitNanoUsd, ref.period);
    const book = { scope: ref.scope, scopeId: ref.scopeId, version: 1, [ref.period]: budget };
    await budgets.putBook(organizationId, book, []);
    return budgets.openBalance(organizationId, book, ref, untouchedBalance(limitNanoUsd));
  },
});
const OPENING = REFS.map((ref) => opening(ref, 6n));

describe('the store in memory', () => {
  it('answers everything that the application asks as the embedded store does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const organizationId = `org${(organizations += 1)}`;
        const memory = memoryDb();
        for (const { name, run } of [...OPENING, ...steps]) {
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
