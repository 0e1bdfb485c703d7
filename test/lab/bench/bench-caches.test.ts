import { afterAll, beforeAll, expect, it } from 'vitest';
import { cachesText } from '../../../lab/bench/caches/caches-text.ts';
import { measureBlocks } from '../../../lab/bench/caches/measure-blocks.ts';
import { measureStores } from '../../../lab/bench/caches/measure-stores.ts';
import { createResponseCacheStore } from '../../../tables/response-cache.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

it('a cache of blocks finds what was used last, and all of it if it is large enough', async () => {
  const prompts = [
    [1, 2],
    [1, 3],
    [1, 2],
  ];
  // With two places: 1 stays, because it is used in turn; 2 makes room for 3, and the other way round.
  expect(await measureBlocks(prompts, [1, 2, 3])).toEqual([
    { blocks: 1, hitShare: 0 },
    { blocks: 2, hitShare: 2 / 6 },
    { blocks: 3, hitShare: 3 / 6 },
  ]);
});

it('DynamoDB bills one unit for a small answer, read or written, and is the slower store', async () => {
  const { answers: table } = createResponseCacheStore(store.db);
  const rows = await measureStores(
    { table, valkey: undefined, takeConsumed: () => store.takeConsumed() },
    30,
    'An answer. '.repeat(200),
  );
  const [memory, dynamoDb] = rows;
  expect(dynamoDb?.units).toEqual({
    read: { readUnits: 1, writeUnits: 0 },
    write: { readUnits: 0, writeUnits: 1 },
  });
  expect(memory?.readMs).toBeLessThan(dynamoDb?.readMs ?? 0);
  const calls = [
    { name: 'off' as const, calls: 9, hitShare: 0, costNanoUsd: 9n, savedNanoUsd: 0n, p50Ms: 1 },
  ];
  const text = cachesText({ blocks: [], stores: rows, calls });
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
