import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, type Rate } from '../../../domain/pricing/rate.ts';
import { NO_TOKENS, type TokenUsage } from '../../../domain/token-usage.ts';

const price = fc.bigInt({ min: 1n, max: 200_000_000_000n });
const prices = fc.record({
  inputNanoUsdPerMillion: price,
  outputNanoUsdPerMillion: price,
  cacheReadNanoUsdPerMillion: price,
  cacheWriteNanoUsdPerMillion: price,
  cacheWriteOneHourNanoUsdPerMillion: fc.option(price, { nil: undefined }),
});
const count = fc.integer({ min: 0, max: 10_000_000 });
const usage: fc.Arbitrary<TokenUsage> = fc
  .record({
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    cacheWriteOneHourTokens: count,
  })
  .map((used) => ({
    ...used,
    cacheWriteOneHourTokens: Math.min(used.cacheWriteOneHourTokens, used.cacheWriteTokens),
  }));
const PARTS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'] as const;

describe('costOf', () => {
  const sonnet: Rate = {
    inputNanoUsdPerMillion: 3_000_000_000n,
    outputNanoUsdPerMillion: 15_000_000_000n,
    cacheReadNanoUsdPerMillion: 300_000_000n,
    cacheWriteNanoUsdPerMillion: 3_750_000_000n,
  };

  test('prices every kind of token', () => {
    const used = { inputTokens: 905, outputTokens: 100, cacheReadTokens: 10, cacheWriteTokens: 4 };
    expect(costOf(used, sonnet)).toBe(905n * 3_000n + 100n * 15_000n + 10n * 300n + 4n * 3_750n);
  });

  test('takes the long-context prices once the whole input is above the limit', () => {
    const rate = {
      ...sonnet,
      longContext: {
        aboveInputTokens: 1_000,
        rate: { ...sonnet, inputNanoUsdPerMillion: 6_000_000_000n },
      },
    };
    const at = { ...NO_TOKENS, inputTokens: 900, cacheReadTokens: 100 };
    expect(costOf(at, rate)).toBe(costOf(at, sonnet));
    expect(costOf({ ...at, cacheReadTokens: 101 }, rate)).toBe(900n * 6_000n + 101n * 300n);
  });

  test('tells cache writes of one hour from those of five minutes', () => {
    const rate = { ...sonnet, cacheWriteOneHourNanoUsdPerMillion: 6_000_000_000n };
    const used = { ...NO_TOKENS, cacheWriteTokens: 1_000, cacheWriteOneHourTokens: 400 };
    expect(costOf(used, rate)).toBe(600n * 3_750n + 400n * 6_000n);
    expect(costOf(used, sonnet)).toBe(1_000n * 3_750n);
  });

  test('charges images and requests, one where tokens are free and none is counted', () => {
    const free = { ...sonnet, inputNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 0n };
    const image = { ...free, units: { images: 40_000_000n } };
    expect(costOf({ ...NO_TOKENS, images: 3 }, image)).toBe(120_000_000n);
    expect(costOf(NO_TOKENS, image)).toBe(40_000_000n);
    expect(costOf({ ...NO_TOKENS, images: 0 }, image)).toBe(0n);
    expect(costOf({ ...NO_TOKENS, queries: 2 }, { ...free, units: { queries: 2_000_000n } })).toBe(
      4_000_000n,
    );
    const tool = { ...free, units: { toolCalls: 20_000_000n } };
    expect(costOf({ ...NO_TOKENS, toolCalls: 3 }, tool)).toBe(60_000_000n);
    expect(costOf(NO_TOKENS, tool)).toBe(20_000_000n);
    expect(costOf({ ...NO_TOKENS, toolCalls: 0 }, tool)).toBe(0n);
    const withTools = { ...free, units: { toolCalls: 20_000_000n, gpuSeconds: 1n } };
    expect(costOf(NO_TOKENS, withTools)).toBe(0n);
    const beside = { ...sonnet, units: { images: 60_000n } };
    expect(costOf({ ...NO_TOKENS, inputTokens: 1 }, beside)).toBe(3_000n);
    expect(costOf({ ...NO_TOKENS, inputTokens: 1, images: 1 }, beside)).toBe(63_000n);
  });

  test('is never zero for tokens, and exact to less than a nano-dollar per line item', () => {
    fc.assert(
      fc.property(usage, prices, (used, rate) => {
        const exact =
          BigInt(used.inputTokens) * rate.inputNanoUsdPerMillion +
          BigInt(used.outputTokens) * rate.outputNanoUsdPerMillion +
          BigInt(used.cacheReadTokens) * rate.cacheReadNanoUsdPerMillion +
          BigInt(used.cacheWriteTokens - (used.cacheWriteOneHourTokens ?? 0)) *
            rate.cacheWriteNanoUsdPerMillion +
          BigInt(used.cacheWriteOneHourTokens ?? 0) *
            (rate.cacheWriteOneHourNanoUsdPerMillion ?? rate.cacheWriteNanoUsdPerMillion);
        const excess = costOf(used, rate) * 1_000_000n - exact;
        expect(excess >= 0n && excess < 5_000_000n).toBe(true);
        const anything = PARTS.some((part) => used[part] > 0);
        expect(costOf(used, rate) > 0n).toBe(anything);
      }),
    );
  });

  test('never falls when a token is added', () => {
    fc.assert(
      fc.property(usage, prices, fc.constantFrom(...PARTS), (used, rate, part) => {
        const more = { ...used, [part]: used[part] + 1 };
        expect(costOf(more, rate) >= costOf(used, rate)).toBe(true);
      }),
    );
  });

  test('adds up over parts of a usage, to less than a nano-dollar per line item', () => {
    fc.assert(
      fc.property(usage, usage, prices, (first, other, rate) => {
        const both = {
          inputTokens: first.inputTokens + other.inputTokens,
          outputTokens: first.outputTokens + other.outputTokens,
          cacheReadTokens: first.cacheReadTokens + other.cacheReadTokens,
          cacheWriteTokens: first.cacheWriteTokens + other.cacheWriteTokens,
          cacheWriteOneHourTokens:
            (first.cacheWriteOneHourTokens ?? 0) + (other.cacheWriteOneHourTokens ?? 0),
        };
        const excess = costOf(first, rate) + costOf(other, rate) - costOf(both, rate);
        expect(excess >= 0n && excess <= 5n).toBe(true);
      }),
    );
  });
});
