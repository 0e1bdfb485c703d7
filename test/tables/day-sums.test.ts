import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MEASURES } from '../../domain/reporting/measures.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { Damage } from '../../tables/codec/damage.ts';
import { hoursOfDay } from '../../tables/token-analytics/hours-of-day.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON, postingWith } from '../support/postings.ts';

const DAY = '2026-11-21';

describe('the hours of a day', () => {
  const measures = fc
    .subarray([...MEASURES])
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc.tuple(fc.constant(name), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
        ),
      ),
    )
    .map((pairs) => Object.fromEntries(pairs));
  const hours = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 23 }), measures))
    .map((pairs) => new Map(pairs));

  test('are read as they were written', () => {
    fc.assert(
      fc.property(hours, (written) => {
        expect(hoursOfDay.decode(hoursOfDay.encode(written))).toEqual(written);
      }),
    );
  });

  test('take little space and refuse what no sum can hold', () => {
    const usual = {
      costNanoUsd: 12_345_678n,
      requests: 3n,
      inputTokens: 9_000n,
      outputTokens: 700n,
    };
    const all = new Map(Array.from({ length: 24 }, (_, hour) => [hour, usual] as const));
    expect(hoursOfDay.encode(all)).toHaveLength(24 * 13);
    expect(() => hoursOfDay.encode(new Map([[0, { costNanoUsd: 10n ** 38n }]]))).toThrow(
      '38 digits',
    );
  });

  test('that were cut off are damaged', () => {
    const bytes = hoursOfDay.encode(new Map([[3, { costNanoUsd: 12_345_678n }]])) as Uint8Array;
    expect(() => hoursOfDay.decode(bytes.slice(0, -1))).toThrow(Damage);
  });
});

describe('sums that older code stored', () => {
  let store: EmbeddedStore;
  beforeAll(async () => {
    store = await startEmbeddedStore();
  });
  afterAll(() => store.close());

  /** It stored the day and each hour as separate items, with measures as attributes. */
  async function olderSums(organizationId: string): Promise<void> {
    const sums = { costNanoUsd: 70n, requests: 2n };
    const put = (pk: string, sk: string, measures: object) =>
      store.db.write({
        kind: 'put',
        table: 'token-analytics',
        item: { pk, sk, ...measures, changedIn: `${organizationId}#${DAY}T09:00` },
      });
    for (const [dimension, value, owner] of [
      ['user', 'ada', organizationId],
      ['organization', organizationId, '*'],
    ] as const) {
      await put(`${owner}#daily#${dimension}#${DAY}`, value, sums);
      await put(`${owner}#hourly#${dimension}#${DAY}`, `${value}#09`, { ...sums, requests: 1n });
      await put(`${owner}#hourly#${dimension}#${DAY}`, `${value}#12`, { requests: 1n });
    }
  }

  test('are read on, alone and with what is added to them', async () => {
    const organizationId = 'older';
    await olderSums(organizationId);
    const analytics = createTokenAnalyticsStore(store.db, ONE_SHARD);
    const read = async () => {
      const both = await Promise.all(
        (['user', 'organization'] as const).map(async (dimension) => {
          const value = dimension === 'user' ? 'ada' : organizationId;
          const subject = { organizationId, dimension, value };
          const partition = { organizationId, dimension, day: DAY };
          const hourKey = { ...subject, granularity: 'hourly', bucket: `${DAY}T12` } as const;
          const [days, listedDays, hours, listedHours, [hour]] = await Promise.all([
            analytics.getDays(subject, [DAY]),
            analytics.listDay({ ...partition, granularity: 'daily' }),
            analytics.listHours(subject, DAY),
            analytics.listDay({ ...partition, granularity: 'hourly' }),
            analytics.getMany([hourKey]),
          ]);
          expect(listedDays).toEqual(days);
          expect(listedHours).toEqual(hours);
          expect(hour).toEqual(hours.find(({ bucket }) => bucket === hourKey.bucket));
          return [...days, ...hours].map(({ bucket, measures }) => [
            bucket,
            measures.costNanoUsd,
            measures.requests,
          ]);
        }),
      );
      expect(both[0]).toEqual(both[1]);
      return both[0];
    };
    expect(await read()).toEqual([
      [DAY, 70n, 2n],
      [`${DAY}T09`, 70n, 1n],
      [`${DAY}T12`, 0n, 1n],
    ]);
    const usage = createTokenUsageStore(store.db, ONE_SHARD);
    await usage.record([postingWith({ organizationId, amountNanoUsd: 5n })], 30, NOON);
    expect(await read()).toEqual([
      [DAY, 75n, 3n],
      [`${DAY}T09`, 70n, 1n],
      [`${DAY}T12`, 5n, 2n],
    ]);
  });
});
