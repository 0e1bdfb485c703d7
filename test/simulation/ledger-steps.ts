import { stores } from '../../composition/stores.ts';
import fc from 'fast-check';
import { type BalanceRef, type Budget, untouchedBalance } from '../../domain/ledger/budget.ts';
import { correctEntry } from '../../domain/ledger/correct-entry.ts';
import {
  chargeChange,
  type Entry,
  expireEntry,
  reservationChange,
  settleEntry,
  voidEntry,
} from '../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import type { DynamoDb, TransactionWrite } from '../../tables/dynamodb.ts';
import { balanceRead, bookRead } from '../../tables/ledger/budgets.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { rateCardRead } from '../../tables/rate-cards.ts';
import { createReadPlan } from '../../tables/read-plan.ts';
import { putBook } from '../support/stored.ts';

/** One application operation on a store. */
export type LedgerStep = { name: string; run: Step };

export const AT_MS = Date.parse('2026-11-21T10:00:00Z');
export const REFS: BalanceRef[] = [
  { scope: 'user', scopeId: 'ada', period: 'daily', periodKey: '2026-11-21' },
  { scope: 'user', scopeId: 'bob', period: 'monthly', periodKey: '2026-11' },
];

type Step = (organizationId: string, db: DynamoDb) => Promise<unknown>;

export const reservationId = (organizationId: string, n: number): string =>
  `019aa5c3-7a10-7cc4-9b1e-${Buffer.from(organizationId).toString('hex').slice(-10).padStart(10, '0')}0${n}`;

export const entryOf = (
  organizationId: string,
  n: number,
  amountNanoUsd: bigint,
  balances: string[],
) =>
  ({
    entryId: reservationId(organizationId, n),
    kind: 'reservation',
    organizationId,
    keyId: 'key',
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

const budgetOf = (scopeId: string, limitNanoUsd: bigint, period: Budget['period']): Budget => ({
  scope: 'user',
  scopeId,
  period,
  limitNanoUsd,
  timeZone: 'Europe/Berlin',
  enforcement: 'enforce',
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
});

const CORRECTION = { correctionId: 'c', actor: 'operator', reason: 'refund' };

/** Far above the price, so it is disputed and affects its key's conduct. */
const DISPUTED = 20_000_000n;
const number = fc.integer({ min: 0, max: 3 });
const amount = fc.constantFrom(0n, 1n, 2n, 3n, 6n);
const refs = fc.subarray(REFS, { minLength: 0 });
const nameOf = (ref: BalanceRef) => `${ref.scope}/${ref.scopeId}/${ref.period}/${ref.periodKey}`;

/**
 * Operations as the application makes them, with few IDs and small amounts, so that they collide.
 */
export const ledgerStep: fc.Arbitrary<LedgerStep> = fc.oneof(
  fc
    .tuple(number, amount, refs, fc.boolean(), fc.option(number))
    .map(([n, a, subset, enforce, key]) => ({
      name: `reserve ${n} ${a} of ${subset.map(nameOf).join()} key ${key}`,
      run: (org: string, db: DynamoDb) =>
        stores(db).ledger.reserve(
          entryOf(org, n, a, subset.map(nameOf)),
          subset.map((ref) => ({ ref, enforce })),
          reservationChange(a),
          key === null ? undefined : `key${key}`,
        ),
    })),
  fc
    .tuple(
      number,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('settle', 'void', 'expire', 'correct'),
      fc.oneof({ weight: 4, arbitrary: amount }, fc.constant(DISPUTED)),
    )
    .map(([n, version, how, a]) => ({
      name: `${how} ${n} from version ${version} at ${a}`,
      async run(org: string, db: DynamoDb) {
        const { ledger } = stores(db);
        const entry = await ledger.getReservation(reservationId(org, n));
        if (!entry) return 'missing';
        const settlement = {
          chargedNanoUsd: a,
          pricedNanoUsd: a === DISPUTED ? 1n : a,
          usage: NO_TOKENS,
          model: 'm',
          settlementDigest: 's',
        };
        const next =
          how === 'settle'
            ? settleEntry(entry, { ...settlement, latencyMs: 1.5 }, AT_MS)
            : how === 'void'
              ? voidEntry(entry, AT_MS)
              : how === 'correct'
                ? correctEntry(entry, { ...CORRECTION, chargedNanoUsd: a }, AT_MS)
                : expireEntry(entry, AT_MS + 2_000);
        if (next.kind !== 'change') return next;
        return ledger.change({ ...entry, version }, next.entry, next.change);
      },
    })),
  fc.tuple(fc.subarray([0, 1, 2, 3], { minLength: 1 }), amount, refs).map(([ns, a, subset]) => ({
    name: `charge ${ns.join()} ${a}`,
    run: (org: string, db: DynamoDb) =>
      stores(db).ledger.charge(
        ns.map((n) => ({
          ...entryOf(org, n, 0n, subset.map(nameOf)),
          kind: 'charge' as const,
          entryId: `event${n}`,
          chargedNanoUsd: a,
        })),
        subset.map((ref) => ({ ref, enforce: false })),
        chargeChange(a * BigInt(ns.length)),
      ),
  })),
  fc.tuple(fc.constantFrom(...REFS), number, amount).map(([ref, version, limit]) => ({
    name: `open ${nameOf(ref)} ${limit} at version ${version}`,
    run: (org: string, db: DynamoDb) =>
      stores(db).budgets.openBalance(org, { scope: ref.scope, scopeId: ref.scopeId, version }, [
        { ref, balance: untouchedBalance(limit) },
      ]),
  })),
  fc
    .tuple(fc.constantFrom(...REFS), number, amount, fc.boolean())
    .map(([ref, ahead, limit, stale]) => ({
      name: `limit ${nameOf(ref)} ${limit} ${ahead} ahead ${stale}`,
      async run(org: string, db: DynamoDb) {
        const { budgets } = stores(db);
        const [book] = await budgets.readBooks(org, [ref]);
        const [was] = await budgets.readBalances(org, [ref]);
        const version = (book?.version ?? 0) + 1 + (ahead === 3 ? 1 : 0);
        const next = { scope: ref.scope, scopeId: ref.scopeId, version };
        const more = { ref: { ...ref, lane: 2 }, was: undefined, limitNanoUsd: 0n };
        return putBook(
          db,
          org,
          {
            ...next,
            [ref.period]: budgetOf(ref.scopeId, limit, ref.period),
            lanes: { [ref.period]: ahead },
          },
          [
            { ref, was: stale ? was && { ...was, limitNanoUsd: 7n } : was, limitNanoUsd: limit },
            ...(ahead === 2 ? [{ ...more, isNewLane: true }] : []),
          ],
        );
      },
    })),
  fc.constantFrom<LedgerStep>(
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
      async run(org, db) {
        const plan = createReadPlan();
        const reads = [
          ...REFS.map((ref) => plan.add(bookRead(org, ref))),
          ...REFS.map((ref) => plan.add(balanceRead(org, ref))),
          plan.add(rateCardRead(org, 'm')),
        ];
        await plan.run(db);
        return reads.map(({ value }) => value);
      },
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

const opening = (ref: BalanceRef, limitNanoUsd: bigint): LedgerStep => ({
  name: `open ${nameOf(ref)}`,
  async run(organizationId, db) {
    const { budgets } = stores(db);
    const budget = budgetOf(ref.scopeId, limitNanoUsd, ref.period);
    const book = { scope: ref.scope, scopeId: ref.scopeId, version: 1, [ref.period]: budget };
    await putBook(db, organizationId, book);
    return budgets.openBalance(organizationId, book, [
      { ref, balance: untouchedBalance(limitNanoUsd) },
      { ref: { ...ref, lane: 1 }, balance: untouchedBalance(limitNanoUsd) },
    ]);
  },
});
/** Opens two balances with two lanes each, so that sequences need not do it. */
export const OPENING_STEPS = REFS.map((ref) => opening(ref, 6n));
