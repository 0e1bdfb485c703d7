import { describe, expect, test } from 'vitest';
import {
  conversationCost,
  isWorthSwitching,
  switchOf,
  type WarmPrefix,
  warmAt,
} from '../../../domain/selection/warm-prefix.ts';

/** USD per million tokens of input and output; reads from the cache cost a tenth. */
const turn = (model: string, inputUsd: number, outputUsd: number) => {
  const input = BigInt(inputUsd * 1e9);
  return {
    model,
    rate: {
      inputNanoUsdPerMillion: input,
      outputNanoUsdPerMillion: BigInt(outputUsd * 1e9),
      cacheReadNanoUsdPerMillion: input / 10n,
      cacheWriteNanoUsdPerMillion: (input * 5n) / 4n,
      cacheWriteOneHourNanoUsdPerMillion: input * 2n,
    },
    inputTokens: 100_000,
    expectedOutputTokens: 500,
    expectedCostNanoUsd: 0n,
  };
};
const sonnet = turn('anthropic.claude-sonnet-4-6', 3, 15);
const haiku = turn('anthropic.claude-haiku-4-5-20251001-v1:0', 1, 5);
const warmOf = (turns: number, more: Partial<WarmPrefix> = {}): WarmPrefix => ({
  model: 'eu.anthropic.claude-sonnet-4-6',
  tokens: 100_000,
  expiresAtMs: 1_000,
  isOneHour: false,
  turns,
  ...more,
});

describe('a conversation costs', () => {
  test('what its cache leaves of the prompt, now and in the turns to expect', () => {
    const read = 100_000n * 300n;
    const output = 500n * 15_000n;
    expect(conversationCost(sonnet, warmOf(3))).toBe(4n * (read + output));
    expect(conversationCost(sonnet, warmOf(3, { tokens: 40_000 }))).toBe(
      40_000n * 300n + 60_000n * 3_750n + output + 3n * (read + output),
    );
    const written = 100_000n * 1_250n + 500n * 5_000n;
    expect(conversationCost(haiku, warmOf(3))).toBe(
      written + 3n * (100_000n * 100n + 500n * 5_000n),
    );
  });

  test('twice its input to rewrite it for an hour', () => {
    expect(conversationCost(haiku, warmOf(0, { isOneHour: true }))).toBe(
      100_000n * 2_000n + 500n * 5_000n,
    );
  });
});

describe('a switch in mid-conversation', () => {
  test('pays only once enough turns are to come', () => {
    // It costs 0.0875 USD more now, and saves 0.025 USD a turn.
    const worth = [1, 2, 3, 4, 5, 6].filter((turns) =>
      isWorthSwitching(sonnet, haiku, warmOf(turns)),
    );
    expect(worth).toEqual([4, 5, 6]);
  });

  test('loses nothing without a warm prefix, or with one of another model', () => {
    expect(isWorthSwitching(sonnet, haiku, undefined)).toBe(true);
    expect(isWorthSwitching(haiku, sonnet, warmOf(1))).toBe(true);
  });

  test('is told with what it saves net of the cache that it loses', () => {
    const [from, to] = [
      { ...sonnet, expectedCostNanoUsd: 307_500_000n },
      { ...haiku, expectedCostNanoUsd: 102_500_000n },
    ];
    const terms = { model: sonnet.model, rate: sonnet.rate };
    expect(switchOf(from, to, undefined)).toEqual({
      ...terms,
      warmTokens: 0,
      savedNanoUsd: 205_000_000n,
      lostCacheNanoUsd: 0n,
    });
    // A turn read from the cache costs 0.0375 USD, one that rewrites the cache 0.1275.
    expect(switchOf(from, to, warmOf(1))).toEqual({
      ...terms,
      warmTokens: 100_000,
      savedNanoUsd: 37_500_000n - 127_500_000n,
      lostCacheNanoUsd: 205_000_000n + 90_000_000n,
    });
  });

  test('is decided without what the provider has dropped', () => {
    expect(warmAt(warmOf(1), 999)).toEqual(warmOf(1));
    expect(warmAt(warmOf(1), 1_000)).toBeUndefined();
    expect(warmAt(warmOf(1, { tokens: 0 }), 0)).toBeUndefined();
  });

  test('counts only where the request finds it: in its region, and by its marks', () => {
    const there = warmOf(1, { region: 'eu-west-1' });
    expect(warmAt(there, 0, { isRead: false, region: 'us-east-1' })).toBeUndefined();
    expect(warmAt(there, 0, { isRead: false, region: 'eu-west-1' })).toEqual(there);
    const marked = warmOf(1, { isMarked: true });
    expect(warmAt(marked, 0, { isRead: true })).toBeUndefined();
    expect(warmAt(warmOf(1), 0, { isRead: true })).toEqual(warmOf(1));
    expect(warmAt(marked, 0, { isRead: false })).toEqual(marked);
    expect(warmAt(marked, 0, { isRead: true, life: '1h', share: 0.5 })).toEqual({
      ...marked,
      isOneHour: true,
      markedShare: 0.5,
    });
  });

  test('writes no more than what the request marks', () => {
    const half = warmOf(0, { model: 'other', markedShare: 0.5 });
    expect(conversationCost(sonnet, half)).toBe(
      50_000n * 3_750n + 50_000n * 3_000n + 500n * 15_000n,
    );
  });
});
