import { expect, it, test } from 'vitest';
import {
  entryShardsFor,
  FEWEST_ENTRY_SHARDS,
  mostShards,
  shardsAt,
} from '../../../domain/ledger/entry-shards.ts';

test.each([
  [1, 8],
  [500, 8],
  [501, 16],
  [2_000, 32],
  [5_000, 128],
  [100_000, 256],
])('%i requests per second need %i shards', (rate, shards) => {
  expect(entryShardsFor(rate)).toBe(shards);
});

it('gives each time the shards that held then', () => {
  const spread = [
    { fromMs: 1_000, shards: 64 },
    { fromMs: 2_000, shards: 16 },
  ];
  expect([0, 999, 1_000, 1_999, 2_000, Infinity].map((atMs) => shardsAt(spread, atMs))).toEqual([
    8, 8, 64, 64, 16, 16,
  ]);
  expect(mostShards(spread)).toBe(64);
  expect(mostShards([])).toBe(FEWEST_ENTRY_SHARDS);
});
