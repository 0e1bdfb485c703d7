import { metricKeeper } from '../../composition/performance.ts';
import { stores } from '../../composition/stores.ts';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untouchedBalance } from '../../domain/ledger/budget.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { correctEntry } from '../../domain/ledger/correct-entry.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { createHandler } from '../../lambdas/aggregate-usage/handler.ts';
import { type DynamoDb, StoreUnavailableError } from '../../tables/dynamodb.ts';
import { balanceItem } from '../../tables/ledger/budget-items.ts';
import { entryItem, postingsOfChange, reservationKey } from '../../tables/ledger/entry-items.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { changeOf, expired, recordOf, reservedEntry, settled } from '../support/ledger-changes.ts';
import { NOON } from '../support/postings.ts';
import { createPerformanceMetricsStore } from '../../tables/performance-metrics.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

let store: EmbeddedStore;
let organizationId = '';
let tests = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

const reserved = (number: number): Entry => reservedEntry(organizationId, number);

function handlerOn(db: DynamoDb) {
  const telemetry = silentTelemetry();
  const learned: Posting[] = [];
  const handler = createHandler({
    now: () => NOON + 1_500,
    telemetry,
    postingsOf(record) {
      const { before, after } = imagesOf(record);
      return postingsOfChange(before, after);
    },
    expiryOf: () => undefined,
    outbox: stores(db).deliveries,
    usage: stores(db).usage,
    learn: async (recorded) => void learned.push(...recorded),
    listedTags: async () => ['team', 'toString', '__proto__'],
    cache: stores(db).cache,
    suspense: stores(store.db).suspense,
    keeper: metricKeeper(store.db, { telemetry, now: () => NOON }),
    retentionDays: 30,
  });
  const deliver = (...records: DynamoDBRecord[]) =>
    handler({ Records: records } satisfies DynamoDBStreamEvent);
  return { deliver, telemetry, learned };
}

async function measuresOfDay() {
  const { analytics } = stores(store.db);
  const [day] = await analytics.listDay({
    organizationId,
    dimension: 'user',
    granularity: 'daily',
    day: '2026-11-21',
  });
  return day?.measures;
}

/** How many calls its system's metrics count. */
async function callsMeasured({ system, occurredAtMs: fromMs }: Entry): Promise<number> {
  const range = { organizationId, system, fromMs, toMs: fromMs + 1 };
  const summaries = await createPerformanceMetricsStore(store.db).read(range);
  return summaries.reduce((sum, { calls }) => sum + calls, 0);
}

/** Postings of this test's organization that were set aside. */
async function suspended() {
  const { items } = await stores(store.db).suspense.scan();
  return items.filter((item) => item.organizationId === organizationId);
}

describe('the consumer of the ledger’s stream', () => {
  test('records what was settled, once, and measures how late it is', async () => {
    const { deliver, telemetry, learned } = handlerOn(store.db);
    const [one, two] = [reserved(1), reserved(2)];
    const settlement = changeOf(one, settled(one, 1_500_000n));
    expect(await deliver(changeOf(undefined, one), changeOf(undefined, two), settlement)).toEqual({
      batchItemFailures: [],
    });
    await deliver(settlement, settlement);
    expect(await measuresOfDay()).toMatchObject({
      costNanoUsd: 1_500_000n,
      requests: 1n,
      inputTokens: 10n,
    });
    expect(learned).toHaveLength(1);
    expect(await callsMeasured(one)).toBe(1);
    expect(telemetry.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['PostingsAggregated', 1],
      ['AggregationLagMilliseconds', 500],
      ['PostingsAggregated', 0],
    ]);
  });

  test('presumes what expired, and corrects it when it is settled after all', async () => {
    const { deliver } = handlerOn(store.db);
    const entry = reserved(3);
    const presumed = expired(entry);
    const late = changeOf(presumed, settled(presumed, 300_000n));
    // Out of order: the correction arrives first.
    await deliver(late);
    await deliver(changeOf(entry, presumed));
    expect(await measuresOfDay()).toMatchObject({
      costNanoUsd: 300_000n,
      presumedCostNanoUsd: 2_000_000n,
      correctedCostNanoUsd: -1_700_000n,
      requests: 1n,
    });
  });

  test('subtracts a refund from the day that spent it, and counts no request twice', async () => {
    const { deliver } = handlerOn(store.db);
    const entry = reserved(9);
    const spent = settled(entry, 1_500_000n);
    const order = { correctionId: 'c1', chargedNanoUsd: 200_000n, actor: 'a', reason: 'refund' };
    const refund = correctEntry(spent, order, NOON + 3 * 86_400_000);
    if (refund.kind !== 'change') throw new Error('not corrected');
    const record = changeOf(spent, refund.entry);
    await deliver(changeOf(entry, spent), record);
    await deliver(record);
    expect(await measuresOfDay()).toMatchObject({
      costNanoUsd: 200_000n,
      correctedCostNanoUsd: -1_300_000n,
      requests: 1n,
      inputTokens: 10n,
    });
  });

  test('passes over balances, removals and records that change nothing', async () => {
    const { deliver } = handlerOn(store.db);
    const entry = settled(reserved(4), 1n);
    const ref = {
      scope: 'user',
      scopeId: 'ada',
      period: 'daily',
      periodKey: '2026-11-21',
    } as const;
    const balance = balanceItem(organizationId, ref, {
      ...untouchedBalance(0n),
      limitNanoUsd: 5n,
      headroomNanoUsd: 5n,
      reservedNanoUsd: 0n,
      settledNanoUsd: 0n,
    });
    const records = [
      recordOf(undefined, balance),
      changeOf(entry, entry),
      recordOf(entryItem(entry, ENTRY_STORAGE), undefined),
    ];
    expect(await deliver(...records)).toEqual({ batchItemFailures: [] });
    expect(await measuresOfDay()).toBeUndefined();
  });

  test('names the first record that is not done when the store cannot be reached', async () => {
    const db = { ...store.db, write: () => Promise.reject(new StoreUnavailableError('down')) };
    const { deliver } = handlerOn(db);
    const [one, two] = [reserved(5), reserved(6)];
    const [first, second] = [changeOf(one, settled(one, 1n)), changeOf(two, settled(two, 2n))];
    const reservation = changeOf(undefined, one);
    const again = changeOf(one, settled(one, 1n));
    expect(await deliver(reservation, first, second, again)).toEqual({
      batchItemFailures: [{ itemIdentifier: first.dynamodb?.SequenceNumber }],
    });
    expect(await handlerOn(store.db).deliver(first, second)).toEqual({ batchItemFailures: [] });
    expect((await measuresOfDay())?.costNanoUsd).toBe(3n);
  });

  test('sets a record apart that it cannot read, and counts all others of the batch', async () => {
    const { deliver, telemetry } = handlerOn(store.db);
    const [one, two, three] = [reserved(7), reserved(8), reserved(10)];
    const damaged = recordOf(undefined, {
      ...entryItem(settled(two, 2n), ENTRY_STORAGE),
      chg: 'much',
    });
    const last = changeOf(three, settled(three, 4n));
    const batch = [changeOf(one, settled(one, 1n)), damaged, last];
    expect(await deliver(...batch)).toEqual({ batchItemFailures: [] });
    await deliver(...batch);
    expect((await measuresOfDay())?.costNanoUsd).toBe(5n);
    expect(await suspended()).toEqual([
      {
        organizationId,
        work: 'posting',
        entryKey: reservationKey([], two.entryId),
        postingId: undefined,
        sequenceNumber: damaged.dynamodb?.SequenceNumber,
        reason: expect.stringMatching(
          /^DamagedItemError: Item .* of table ledger is damaged: chg must be an integer, but is text\.$/,
        ),
        firstMs: NOON + 1_500,
        lastMs: NOON + 1_500,
        attempts: 2,
      },
    ]);
    expect(telemetry.lines.map(({ code }) => code)).toContain('STREAM_RECORD_SUSPENDED');
    expect(telemetry.metrics).toContainEqual(
      expect.objectContaining({ name: 'PostingsInSuspense', value: 1 }),
    );
  });

  test.each([
    ['that cannot be summed', { occurredAtMs: 9e15 }],
    ['whose amount no sum can hold', { chargedNanoUsd: 10n ** 130n }],
    ['too long for a key', { userId: 'u'.repeat(3_000) }],
  ])('one organization’s posting %s stops no other organization', async (_, poison) => {
    const { deliver, telemetry, learned } = handlerOn(store.db);
    const own = organizationId;
    const batch = Array.from({ length: 40 }, (__, position) => {
      const entry = reserved(100 + position);
      if (position % 2 === 1) entry.organizationId = `${own}-other`;
      return changeOf(entry, settled(entry, 10n));
    });
    const bad = { ...settled(reserved(500), 7n), ...poison };
    const after = reserved(501);
    batch.splice(20, 0, changeOf(undefined, bad), changeOf(after, settled(after, 5n)));
    expect(await deliver(...batch)).toEqual({ batchItemFailures: [] });
    expect((await measuresOfDay())?.costNanoUsd).toBe(205n);
    organizationId = `${own}-other`;
    expect((await measuresOfDay())?.costNanoUsd).toBe(200n);
    organizationId = own;
    expect(await suspended()).toMatchObject([
      { postingId: `${bad.entryId}.2`, entryKey: reservationKey([], bad.entryId), attempts: 1 },
    ]);
    expect(learned).toHaveLength(41);
    const metrics = telemetry.metrics.filter(({ name }) => name === 'PostingsInSuspense');
    expect(metrics.map(({ value }) => value)).toEqual([1]);
  });

  test.each(['toString', 'valueOf', 'hasOwnProperty', 'constructor', '__proto__'])(
    'counts what is called %s as anything else',
    async (name) => {
      const { deliver, telemetry } = handlerOn(store.db);
      const called = { userId: name, departmentId: name, operation: name, model: name };
      const [plain, odd] = [reserved(11), { ...reserved(12), ...called, tags: { team: name } }];
      const batch = [plain, odd].map((entry) => changeOf(entry, settled(entry, 3n)));
      expect(await deliver(...batch)).toEqual({ batchItemFailures: [] });
      const { analytics } = stores(store.db);
      const [day] = await analytics.getDays({ organizationId, dimension: 'user', value: name }, [
        '2026-11-21',
      ]);
      expect(day?.measures.costNanoUsd).toBe(3n);
      expect(telemetry.lines).toEqual([]);
      expect(await suspended()).toEqual([]);
    },
  );

  test('has a batch again when the function may not write, for that is no posting’s fault', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const { deliver } = handlerOn({ ...store.db, write: () => Promise.reject(denied) });
    const entry = reserved(13);
    const record = changeOf(entry, settled(entry, 1n));
    expect(await deliver(record)).toEqual({
      batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber }],
    });
    expect(await suspended()).toEqual([]);
  });
});
