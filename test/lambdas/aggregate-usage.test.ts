import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untouchedBalance } from '../../domain/ledger/budget.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { correctEntry } from '../../domain/ledger/correct-entry.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { expireEntry, settleEntry } from '../../domain/ledger/entry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { createHandler } from '../../lambdas/aggregate-usage/handler.ts';
import { type DynamoDb, type Item, StoreUnavailableError } from '../../tables/dynamodb.ts';
import { balanceItem } from '../../tables/ledger-budget-items.ts';
import { entryItem, postingsOfChange } from '../../tables/ledger-entry-items.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

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

const reserved = (number: number): Entry => ({
  entryId: `019a9f00-0000-7000-8000-${String(number).padStart(12, '0')}`,
  kind: 'reservation',
  organizationId,
  userId: 'ada',
  system: 'relaycore',
  model: 'amazon.nova-lite-v1:0',
  state: 'reserved',
  amountNanoUsd: 2_000_000n,
  chargedNanoUsd: 0n,
  balances: ['user/ada/daily/2026-11-21'],
  occurredAtMs: NOON,
  expiresAtMs: NOON + 60_000,
  version: 1,
  requestDigest: 'digest',
});

function settled(entry: Entry, chargedNanoUsd: bigint): Entry {
  const change = settleEntry(
    entry,
    {
      chargedNanoUsd,
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
      model: entry.model,
      settlementDigest: 'settled',
    },
    NOON + 1_000,
  );
  if (change.kind !== 'change') throw new Error('not settled');
  return change.entry;
}

let sequence = 0;

/** A record as the stream delivers it. */
function recordOf(before: Item | undefined, after: Item | undefined): DynamoDBRecord {
  sequence += 1;
  const image = (item: Item) => marshall(item, { removeUndefinedValues: true }) as never;
  return {
    eventID: String(sequence),
    eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventSource: 'aws:dynamodb',
    eventVersion: '1.1',
    awsRegion: 'us-east-1',
    dynamodb: {
      SequenceNumber: String(1_000 + sequence),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(before ? { OldImage: image(before) } : {}),
      ...(after ? { NewImage: image(after) } : {}),
    },
  };
}

const changeOf = (before: Entry | undefined, after: Entry): DynamoDBRecord =>
  recordOf(before && entryItem(before, 1), entryItem(after, 1));

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
    usage: createTokenUsageStore(db),
    learn: async (recorded) => void learned.push(...recorded),
    cache: createAnalyticsCacheStore(db),
    retentionDays: 30,
  });
  const deliver = (...records: DynamoDBRecord[]) =>
    handler({ Records: records } satisfies DynamoDBStreamEvent);
  return { deliver, telemetry, learned };
}

async function measuresOfDay() {
  const analytics = createTokenAnalyticsStore(store.db);
  const [day] = await analytics.listDay(organizationId, 'user', 'daily', '2026-11-21');
  return day?.measures;
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
    expect(telemetry.metrics.map(({ name, value }) => [name, value])).toEqual([
      ['PostingsAggregated', 1],
      ['AggregationLagMilliseconds', 500],
      ['PostingsAggregated', 0],
    ]);
  });

  test('presumes what expired, and corrects it when it is settled after all', async () => {
    const { deliver } = handlerOn(store.db);
    const entry = reserved(3);
    const expiry = expireEntry(entry, NOON + 120_000);
    if (expiry.kind !== 'change') throw new Error('not expired');
    const late = changeOf(expiry.entry, settled(expiry.entry, 300_000n));
    // Out of order: the correction first.
    await deliver(late);
    await deliver(changeOf(entry, expiry.entry));
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
      recordOf(entryItem(entry, 1), undefined),
    ];
    expect(await deliver(...records)).toEqual({ batchItemFailures: [] });
    expect(await measuresOfDay()).toBeUndefined();
  });

  test('names the first record that is not done when the store cannot be reached', async () => {
    const db = { ...store.db, transact: () => Promise.reject(new StoreUnavailableError('down')) };
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

  test('does what comes before a record that it cannot read, and names that record', async () => {
    const { deliver, telemetry } = handlerOn(store.db);
    const [one, two] = [reserved(7), reserved(8)];
    const damaged = recordOf(undefined, { ...entryItem(settled(two, 2n), 1), chg: 'much' });
    const last = changeOf(two, settled(two, 2n));
    expect(await deliver(changeOf(one, settled(one, 1n)), damaged, last)).toEqual({
      batchItemFailures: [{ itemIdentifier: damaged.dynamodb?.SequenceNumber }],
    });
    expect((await measuresOfDay())?.costNanoUsd).toBe(1n);
    expect(telemetry.lines.map(({ code }) => code)).toEqual(['STREAM_RECORD_UNREADABLE']);
  });
});
