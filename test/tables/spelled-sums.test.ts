import { afterAll, beforeAll, expect, test } from 'vitest';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON, postingWith } from '../support/postings.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

test('sums keep the spelling of the latest posting, and its write costs what it did without', async () => {
  const usage = createTokenUsageStore(store.db, ONE_SHARD);
  const analytics = createTokenAnalyticsStore(store.db, ONE_SHARD);
  const spellings = ['ada', 'Ada', 'ADA', 'ada', 'Ada'];
  const costs: number[] = [];
  for (const [position, userId] of spellings.entries()) {
    const given = userId === 'ada' ? undefined : { userId, departmentId: userId, system: userId };
    const ids = { userId: 'ada', departmentId: 'ada', system: 'ada' };
    const posting = postingWith({ ...ids, given, postingId: `p-${position}` });
    store.takeConsumed();
    expect((await usage.record([posting], 30, NOON)).kind).toBe('recorded');
    costs.push(store.takeConsumed().writeUnits);
    for (const dimension of ['user', 'department', 'system'] as const) {
      const [sum] = await analytics.getDays(
        { organizationId: posting.organizationId, dimension, value: 'ada' },
        ['2026-11-21'],
      );
      expect([dimension, sum?.value, sum?.spelling ?? 'ada']).toEqual([dimension, 'ada', userId]);
    }
  }
  // The first posting creates the sums and their index entries.
  expect(new Set(costs.slice(1))).toEqual(new Set([costs[3]]));
});
