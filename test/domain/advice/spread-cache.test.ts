import { expect, test } from 'vitest';
import type { SampledRequest } from '../../../domain/advice/day-sample.ts';
import {
  readFactorOf,
  spreadCacheOf,
  sureFactor,
  usageSpread,
} from '../../../domain/advice/spread-cache.ts';
import { seededRandom } from '../../../lab/traces/seeded-random.ts';
import { daily, request, samplesOf, SONNET, tokens } from '../../support/advice-requests.ts';

const PREFIX = { hash: 'template', tokens: 3_000 };
const LIFE_MINUTES = 5;

/** Requests that go to three regions by chance, each with a cache of its own. */
function spread(minutesApart: number, seed: number): SampledRequest[] {
  const random = seededRandom(seed);
  const last = new Map<string, number>();
  const requests = daily(120, minutesApart, (atMs) => {
    const region = ['us-east-1', 'us-east-2', 'us-west-2'][Math.floor(3 * random())] ?? '';
    const isRead = atMs - (last.get(region) ?? -Infinity) <= LIFE_MINUTES * 60_000;
    last.set(region, atMs);
    const usage = {
      ...tokens(1_000, 100),
      cacheReadTokens: isRead ? PREFIX.tokens : 0,
      cacheWriteTokens: isRead ? 0 : PREFIX.tokens,
    };
    return request(atMs, { model: SONNET, region, prefix: PREFIX, usage });
  });
  return samplesOf(requests).flatMap(({ routes }) => routes.flatMap(({ sample }) => sample));
}

const readsOf = (usages: readonly { cacheReadTokens: number }[]): number =>
  usages.reduce((sum, { cacheReadTokens }) => sum + cacheReadTokens, 0);

test('what would be read follows the rate of requests', () => {
  const slow = spread(3, 1);
  const quick = spread(1, 2);
  const before = spreadCacheOf(slow) ?? expect.unreachable();
  expect(before.cachedFactor).toBe(1);
  const readFactor = readFactorOf(slow, before, '5m');
  expect(readFactor).toBeCloseTo(1, 1);
  const expected = readsOf(
    quick.map((item) => usageSpread(item, before, { readFactor: 1, plan: '5m' })),
  );
  const actual = readsOf(quick.map(({ usage }) => usage));
  expect(actual / readsOf(slow.map(({ usage }) => usage))).toBeGreaterThan(1.5);
  expect(expected / actual).toBeCloseTo(1, 1);
});

test('a factor is one unless it is surely another', () => {
  expect(sureFactor(0.97, 0.02)).toBe(1);
  expect(sureFactor(0.8, 0.02)).toBe(0.8);
});

test('requests without a region tell nothing about caches of regions', () => {
  const unknown = spread(3, 1).map((item) => ({ ...item, sharersBefore: undefined }));
  expect(spreadCacheOf(unknown)).toBeUndefined();
});
