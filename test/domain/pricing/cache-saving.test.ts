import { expect, test } from 'vitest';
import { cacheSavingOf } from '../../../domain/pricing/cache-saving.ts';
import { costOf } from '../../../domain/pricing/rate.ts';

const RATE = {
  inputNanoUsdPerMillion: 1_000_000_000n,
  outputNanoUsdPerMillion: 5_000_000_000n,
  cacheReadNanoUsdPerMillion: 100_000_000n,
  cacheWriteNanoUsdPerMillion: 1_250_000_000n,
  cacheWriteOneHourNanoUsdPerMillion: 2_000_000_000n,
};
const NONE = { inputTokens: 100, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 };
const saved = (over: object) => {
  const usage = { ...NONE, ...over };
  return cacheSavingOf(usage, RATE, costOf(usage, RATE));
};

test('reads save nine tenths, writes cost a quarter more or as much again', () => {
  expect(saved({ cacheReadTokens: 1_000_000 })).toBe(900_000_000n);
  expect(saved({ cacheWriteTokens: 1_000_000 })).toBe(-250_000_000n);
  expect(saved({ cacheWriteTokens: 1_000_000, cacheWriteOneHourTokens: 1_000_000 })).toBe(
    -1_000_000_000n,
  );
  expect(saved({ cacheReadTokens: 1_000_000, cacheWriteTokens: 1_000_000 })).toBe(650_000_000n);
});

test('a premium on all prices is a premium on what is saved', () => {
  const usage = { ...NONE, cacheReadTokens: 1_000_000 };
  const priced = (costOf(usage, RATE) * 11n) / 10n;
  expect(cacheSavingOf(usage, RATE, priced)).toBe(990_000_000n);
});

test('without a part of the cache, nothing is said', () => {
  expect(saved({})).toBeUndefined();
});
