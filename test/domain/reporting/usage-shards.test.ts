import { expect, test } from 'vitest';
import { entryShardsFor } from '../../../domain/ledger/entry-shards.ts';
import { usageShardOf, usageShardsOn } from '../../../domain/reporting/usage-shards.ts';

const FROM = Date.parse('2026-11-21T12:00:00Z');

test.each([
  [500, 1],
  [1_000, 1],
  [2_000, 2],
  [5_000, 8],
])('%d requests per second need %d parts of a day, from the next day on', (rate, parts) => {
  const shards = usageShardsOn([{ fromMs: FROM, shards: entryShardsFor(rate) }]);
  expect(['2026-11-20', '2026-11-21', '2026-11-22'].map(shards)).toEqual([1, 1, parts]);
});

test('all postings of an entry are in one part, and entries fill all parts', () => {
  const entryOf = (index: number) => `019a9f00-0000-7000-8000-0000000000${index.toString(16)}`;
  const entries = Array.from({ length: 64 }, (_, index) => entryOf(16 + index));
  for (const entry of [...entries, 'relaycore~event 7', 'relaycore~🦆']) {
    const parts = ['.1', '.2', '.3.returned'].map((end) => usageShardOf(entry + end, 8));
    expect(new Set(parts).size, entry).toBe(1);
  }
  const counts = Map.groupBy(entries, (entry) => usageShardOf(`${entry}.2`, 8));
  expect([...counts.values()].map(({ length }) => length)).toEqual(Array(8).fill(8));
  const events = Array.from({ length: 400 }, (_, index) => usageShardOf(`a~event-${index}x.1`, 4));
  for (const part of [0, 1, 2, 3]) {
    expect(events.filter((each) => each === part).length).toBeGreaterThan(50);
  }
});
