import { describe, expect, test } from 'vitest';
import { savingOf, type Switch } from '../../../domain/ledger/saving.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { NO_TOKENS, type TokenUsage } from '../../../domain/token-usage.ts';

/** USD per million tokens of input and output; reads from the cache cost a tenth. */
const rateOf = (inputUsd: bigint, outputUsd: bigint) => ({
  inputNanoUsdPerMillion: inputUsd * 1_000_000_000n,
  outputNanoUsdPerMillion: outputUsd * 1_000_000_000n,
  cacheReadNanoUsdPerMillion: inputUsd * 100_000_000n,
  cacheWriteNanoUsdPerMillion: inputUsd * 1_250_000_000n,
});
const large = rateOf(4n, 20n);
const small = rateOf(1n, 5n);
const switchedFrom = (warmTokens: number): Switch => ({
  model: 'maker.large',
  rate: large,
  warmTokens,
  savedNanoUsd: 1n,
  lostCacheNanoUsd: 1n,
});
const usage = (more: Partial<TokenUsage>): TokenUsage => ({ ...NO_TOKENS, ...more });
const served = (tokens: TokenUsage, model = 'maker.small') => ({
  model,
  usage: tokens,
  pricedNanoUsd: costOf(tokens, model === 'maker.small' ? small : large),
});

describe('what a switch saved', () => {
  test('is the difference of the prices, where no cache was warm', () => {
    const tokens = usage({ inputTokens: 1_000, outputTokens: 100 });
    expect(savingOf(switchedFrom(0), served(tokens))).toEqual({
      savedNanoUsd: 3_000n * 1_000n + 15_000n * 100n,
      lostCacheNanoUsd: 0n,
    });
  });

  test('is less by the cache that was lost, whether the prompt was written again or not', () => {
    for (const place of ['cacheWriteTokens', 'inputTokens'] as const) {
      const tokens = usage({ [place]: 100_000, outputTokens: 100 });
      const { savedNanoUsd, lostCacheNanoUsd } = savingOf(switchedFrom(90_000), served(tokens));
      const price = place === 'inputTokens' ? 4_000n : 5_000n;
      const asked = 90_000n * 400n + 10_000n * price + 100n * 20_000n;
      expect(savedNanoUsd, place).toBe(asked - costOf(tokens, small));
      expect(lostCacheNanoUsd, place).toBe(90_000n * (price - 400n));
      expect(savedNanoUsd < 0n, place).toBe(true);
    }
  });

  test('counts no more cache than the prompt had, and none twice', () => {
    const read = usage({ inputTokens: 100, cacheReadTokens: 900 });
    expect(savingOf(switchedFrom(900), served(read)).lostCacheNanoUsd).toBe(0n);
    expect(savingOf(switchedFrom(5_000), served(read)).lostCacheNanoUsd).toBe(100n * 3_600n);
    expect(savingOf(switchedFrom(5_000), served(usage({}))).lostCacheNanoUsd).toBe(0n);
  });

  test('is nothing if the asked model served the request after all', () => {
    const tokens = usage({ inputTokens: 1_000, outputTokens: 100 });
    expect(savingOf(switchedFrom(500), served(tokens, 'eu.maker.large'))).toEqual({
      savedNanoUsd: 0n,
      lostCacheNanoUsd: 0n,
    });
  });
});
