import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../domain/ledger/posting.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { positionOf } from '../../tables/posting-position.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON, postingWith } from '../support/postings.ts';

const HOUR_MS = 3_600_000;
const RETENTION_DAYS = 30;

let store: EmbeddedStore;
let usage: ReturnType<typeof createTokenUsageStore>;
let analytics: ReturnType<typeof createTokenAnalyticsStore>;

beforeAll(async () => {
  store = await startEmbeddedStore();
  usage = createTokenUsageStore(store.db, ONE_SHARD);
  analytics = createTokenAnalyticsStore(store.db, ONE_SHARD);
});
afterAll(() => store.close());

/** Newest first. */
const byPosition = (left: Posting, right: Posting): number =>
  positionOf(left) > positionOf(right) ? -1 : 1;

const wholeHour = { fromMs: NOON - HOUR_MS / 2, toMs: NOON + HOUR_MS / 2, limit: 100 };

describe('usage records', () => {
  test('are read back as the posting that was recorded, every fact of it', async () => {
    const posting = postingWith({
      organizationId: 'whole',
      region: 'eu-west-1',
      tags: { project: 'apollo', 'cost-center': '42' },
      quality: 0.875,
      latencyMs: 12.5,
      amountNanoUsd: 10n ** 18n + 1n,
    });
    expect(await usage.record([posting], RETENTION_DAYS, NOON)).toEqual({
      kind: 'recorded',
      postings: [posting],
    });
    const page = await usage.listByOrganizationHour('whole', '2026-11-21T12', wholeHour);
    expect(page).toEqual({ records: [posting], next: undefined });
    expect((await usage.listByUser('whole', 'ada', wholeHour)).records).toEqual([posting]);
  });

  test('are listed by the month that bills them, if that is later than their own', async () => {
    const [march, april] = [Date.parse('2026-03-01'), Date.parse('2026-04-01')];
    const postedAt = [march, march + 5 * HOUR_MS, april - 1, april];
    const later = postedAt.map((postedAtMs) =>
      postingWith({
        organizationId: 'billed',
        kind: 'correction',
        postedAtMs,
        billedMonth: new Date(postedAtMs).toISOString().slice(0, 7),
      }),
    );
    const ordinary = postingWith({ organizationId: 'billed', postedAtMs: march });
    await usage.record([...later, ordinary], RETENTION_DAYS, NOON);
    const listed = async (month: string, fromMs: number, toMs: number): Promise<Posting[]> => {
      const pages = usage.listBilledLater('billed', month, { fromMs, toMs, limit: 2 });
      return (await Array.fromAsync(pages)).flat();
    };
    expect(await listed('2026-03', march, april)).toEqual(later.slice(0, 3).toReversed());
    expect(await listed('2026-03', march + 1, april - 1)).toEqual([later[1]]);
    expect(await listed('2026-04', march, april + 1)).toEqual([later[3]]);
    expect(await listed('2026-05', march, april)).toEqual([]);
  });

  test('expire after the retention', async () => {
    const posting = postingWith({ organizationId: 'aging' });
    await usage.record([posting], RETENTION_DAYS, NOON);
    const item = await store.db.get({
      table: 'token-usage',
      key: { pk: 'aging#2026-11-21T12', sk: positionOf(posting) },
    });
    expect(item?.['expiresAtS']).toBe(BigInt(posting.postedAtMs / 1_000 + 30 * 86_400));
  });

  test('one that is there already is neither recorded nor added again', async () => {
    const [firstPosting, fresh] = [
      postingWith({ organizationId: 'twice' }),
      postingWith({ organizationId: 'twice' }),
    ];
    await usage.record([firstPosting], RETENTION_DAYS, NOON);
    expect(await usage.record([fresh, firstPosting], RETENTION_DAYS, NOON)).toEqual({
      kind: 'recorded',
      postings: [fresh],
    });
    const { records } = await usage.listByOrganizationHour('twice', '2026-11-21T12', wholeHour);
    expect(records).toEqual([fresh, firstPosting].toSorted(byPosition));
    const [day] = await analytics.listDay({
      organizationId: 'twice',
      dimension: 'user',
      granularity: 'daily',
      day: '2026-11-21',
    });
    expect(day?.measures.requests).toBe(2n);
  });

  test('are paged newest first, within the range, filtered', async () => {
    const postings = Array.from({ length: 7 }, (_, position) =>
      postingWith({
        organizationId: 'paged',
        userId: position % 2 === 0 ? 'ada' : 'grace',
        occurredAtMs: NOON + position * 1_000,
      }),
    );
    await usage.record(postings, RETENTION_DAYS, NOON);
    const newest = postings.toReversed();
    const hour = (page: object) =>
      usage.listByOrganizationHour('paged', '2026-11-21T12', { ...wholeHour, ...page });
    const first = await hour({ limit: 3 });
    expect(first.records).toEqual(newest.slice(0, 3));
    expect(first.next).toBe(positionOf(newest[2] ?? expect.unreachable()));
    expect((await hour({ after: first.next })).records).toEqual(newest.slice(3));
    expect((await hour({ fromMs: NOON + 2_000, toMs: NOON + 4_000 })).records).toEqual(
      newest.slice(3, 5),
    );
    const graces = newest.filter(({ userId }) => userId === 'grace');
    expect((await hour({ filter: { userId: 'grace', model: undefined } })).records).toEqual(graces);
    const byUser = await usage.listByUser('paged', 'grace', { ...wholeHour, limit: 2 });
    expect(byUser.records).toEqual(graces.slice(0, 2));
    const rest = await usage.listByUser('paged', 'grace', { ...wholeHour, after: byUser.next });
    expect(rest).toEqual({ records: graces.slice(2), next: undefined });
  });
});

describe('aggregates', () => {
  test('add up over writes, corrections downward included', async () => {
    const first = postingWith({ organizationId: 'sums', kind: 'presumption', amountNanoUsd: 900n });
    const second = postingWith({
      organizationId: 'sums',
      kind: 'correction',
      requests: 0,
      amountNanoUsd: -400n,
    });
    await usage.record([first], RETENTION_DAYS, NOON);
    await usage.record([second], RETENTION_DAYS, NOON);
    const [day] = await analytics.listDay({
      organizationId: 'sums',
      dimension: 'model',
      granularity: 'daily',
      day: '2026-11-21',
    });
    expect(day).toMatchObject({
      organizationId: 'sums',
      dimension: 'model',
      value: 'amazon.nova-lite-v1:0',
      granularity: 'daily',
      bucket: '2026-11-21',
      measures: { costNanoUsd: 500n, requests: 1n, correctedCostNanoUsd: -400n },
    });
  });

  test('a posting of nothing still makes its aggregates exist', async () => {
    const nothing = postingWith({
      organizationId: 'free',
      kind: 'correction',
      requests: 0,
      amountNanoUsd: 0n,
      latencyMs: undefined,
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
    await usage.record([nothing], RETENTION_DAYS, NOON);
    expect(
      await analytics.listDay({
        organizationId: 'free',
        dimension: 'user',
        granularity: 'daily',
        day: '2026-11-21',
      }),
    ).toHaveLength(1);
  });

  test('a day lists one dimension of one organization, by day or by hour', async () => {
    const common = { organizationId: 'listed' };
    await usage.record(
      [
        postingWith({ ...common, userId: 'ada' }),
        postingWith({ ...common, userId: 'ada', occurredAtMs: NOON - HOUR_MS }),
        postingWith({ ...common, userId: 'adam' }),
        postingWith({ ...common, userId: 'ada', occurredAtMs: NOON - 24 * HOUR_MS }),
        postingWith({ organizationId: 'listed2' }),
      ],
      RETENTION_DAYS,
      NOON,
    );
    const list = async (partition: Parameters<typeof analytics.listDay>[0]) =>
      (await analytics.listDay(partition)).map(({ value, bucket }) => `${value} ${bucket}`);
    expect(
      await list({
        organizationId: 'listed',
        dimension: 'user',
        granularity: 'daily',
        day: '2026-11-21',
      }),
    ).toEqual(['ada 2026-11-21', 'adam 2026-11-21']);
    expect(
      await list({
        organizationId: 'listed',
        dimension: 'user',
        granularity: 'hourly',
        day: '2026-11-21',
      }),
    ).toEqual(['ada 2026-11-21T11', 'ada 2026-11-21T12', 'adam 2026-11-21T12']);
    expect(
      await list({
        organizationId: 'listed',
        dimension: 'organization',
        granularity: 'daily',
        day: '2026-11-21',
      }),
    ).toEqual(['listed 2026-11-21']);
    expect(
      await list({
        organizationId: 'listed',
        dimension: 'organization',
        granularity: 'hourly',
        day: '2026-11-21',
      }),
    ).toEqual(['listed 2026-11-21T11', 'listed 2026-11-21T12']);
    const hours = await analytics.listHours(
      { organizationId: 'listed', dimension: 'user', value: 'ada' },
      '2026-11-21',
    );
    expect(hours.map(({ bucket }) => bucket)).toEqual(['2026-11-21T11', '2026-11-21T12']);
    const days = ['2026-11-19', '2026-11-20', '2026-11-21'];
    const ada = await analytics.getDays(
      { organizationId: 'listed', dimension: 'user', value: 'ada' },
      days,
    );
    expect(ada.map(({ bucket, measures }) => [bucket, measures.requests])).toEqual([
      ['2026-11-20', 1n],
      ['2026-11-21', 2n],
    ]);
  });

  test('are read page by page, only as far as requested', async () => {
    const at = Date.parse('2026-12-27T10:00:00Z');
    for (const userId of ['ada', 'bob', 'cy', 'dee']) {
      await usage.record([postingWith({ userId, occurredAtMs: at })], RETENTION_DAYS, NOON);
    }
    let pages = 0;
    const paged = createTokenAnalyticsStore(
      {
        ...store.db,
        query(request) {
          pages += 1;
          return store.db.query({ ...request, limit: 1 });
        },
      },
      ONE_SHARD,
    );
    const inNextHour = postingWith({ userId: 'ada', occurredAtMs: at + HOUR_MS });
    await usage.record([inNextHour], RETENTION_DAYS, NOON);
    const list = (granularity: 'daily' | 'hourly', options?: { most: number }) =>
      paged.listDay(
        { organizationId: 'acme', dimension: 'user', granularity, day: '2026-12-27' },
        options,
      );
    expect(await list('daily')).toHaveLength(4);
    expect(await list('hourly')).toHaveLength(5);
    pages = 0;
    expect(await list('daily', { most: 1 })).toHaveLength(2);
    expect(pages).toBe(2);
    // One item holds both hours of a user.
    pages = 0;
    expect(await list('hourly', { most: 1 })).toHaveLength(2);
    expect(pages).toBe(1);
  });

  test('tell which organizations were active in a day, without a scan', async () => {
    const at = Date.parse('2026-12-24T10:00:00Z');
    for (const organizationId of ['zeta', 'alpha']) {
      await usage.record([postingWith({ organizationId, occurredAtMs: at })], RETENTION_DAYS, NOON);
    }
    expect(await analytics.listActiveOrganizations('2026-12-24')).toEqual(['alpha', 'zeta']);
    expect(await analytics.listActiveOrganizations('2026-12-25')).toEqual([]);
  });
});
