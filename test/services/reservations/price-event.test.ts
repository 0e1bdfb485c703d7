import { describe, expect, test } from 'vitest';
import { formatUsd } from '../../../domain/money.ts';
import { priceEvent } from '../../../services/reservations/price-event.ts';

const AT = Date.parse('2026-11-30T00:00:00Z');

const priced = (model: string, providerUsage: Record<string, unknown>) =>
  priceEvent(
    { eventId: 'e1', at: AT, system: 'relaycore', userId: 'ada', model, providerUsage },
    () => undefined,
  );

/** USD without trailing zeros, or the field that is refused. */
function priceOf(model: string, providerUsage: Record<string, unknown>): string {
  const outcome = priced(model, providerUsage);
  if ('field' in outcome) return `${outcome.field}: ${outcome.message}`;
  return formatUsd(outcome.costNanoUsd).replace(/\.?0+$/, '');
}

const CLAUDE = { input_tokens: 1_000_000, output_tokens: 100_000 };

describe('the price of what a provider reports', () => {
  // Each price is calculated by hand from the list prices in the comment, USD per million.
  test.each<[name: string, model: string, usage: Record<string, unknown>, usd: string]>([
    [
      // In-region price 1.1 × 4 / 20 / 0.4 / 5: (2 × 4.4 + 100 × 22 + 8367 × 0.44 + 4032 × 5.5) / 10^6
      'Converse of an OpenAI model, whose input holds the cache',
      'us.openai.gpt-5.6-sol',
      {
        inputTokens: 12_401,
        outputTokens: 100,
        totalTokens: 24_900,
        cacheReadInputTokens: 8_367,
        cacheWriteInputTokens: 4_032,
      },
      '0.02806628',
    ],
    [
      // 5 / 25: 203000 × 5 + 4500 × 25
      'iterations of a compaction',
      'claude-opus-4-8',
      {
        input_tokens: 23_000,
        output_tokens: 1_000,
        iterations: [
          { type: 'compaction', input_tokens: 180_000, output_tokens: 3_500 },
          { type: 'message', input_tokens: 23_000, output_tokens: 1_000 },
        ],
      },
      '1.1275',
    ],
    [
      // 5 / 25 at standard: 5 + 2.5
      'no modifier',
      'claude-opus-4-8',
      { ...CLAUDE, cache_read_input_tokens: 0 },
      '7.5',
    ],
    [
      'service in the United States only, 1.1 times',
      'claude-opus-4-8',
      { ...CLAUDE, inference_geo: 'us' },
      '8.25',
    ],
    ['service anywhere', 'claude-opus-4-8', { ...CLAUDE, inference_geo: 'global' }, '7.5'],
    ['fast mode of Opus 4.8, twice', 'claude-opus-4-8', { ...CLAUDE, speed: 'fast' }, '15'],
    ['fast mode of Opus 4.7, six times', 'claude-opus-4-7', { ...CLAUDE, speed: 'fast' }, '45'],
    ['a batch, half', 'claude-opus-4-8', { ...CLAUDE, service_tier: 'batch' }, '3.75'],
    [
      'a batch in the United States, half of 1.1',
      'claude-opus-4-8',
      { ...CLAUDE, service_tier: 'batch', inference_geo: 'us' },
      '4.125',
    ],
    [
      'web searches, 0.01 each',
      'claude-opus-4-8',
      { ...CLAUDE, cache_read_input_tokens: 0, server_tool_use: { web_search_requests: 3 } },
      '7.53',
    ],
    [
      // 0.2 / 1.1: thinking stands in the total alone
      'thinking that only the total holds',
      'deepseek-reasoner',
      {
        prompt_tokens: 20,
        completion_tokens: 198,
        total_tokens: 623,
        completion_tokens_details: { reasoning_tokens: 405 },
      },
      priceOf('deepseek-reasoner', {
        prompt_tokens: 20,
        completion_tokens: 603,
        total_tokens: 623,
      }),
    ],
    [
      'Gemini candidates that hold the thoughts',
      'gemini-2.5-pro',
      {
        promptTokenCount: 341,
        candidatesTokenCount: 3_362,
        thoughtsTokenCount: 3_347,
        totalTokenCount: 3_703,
      },
      // 1.25 / 10: 341 × 1.25 + 3362 × 10
      '0.03404625',
    ],
    [
      // 0.27 / 1.1 and 0.07 from the cache: 1000 × 0.27 + 20000 × 0.07 + 500 × 1.1
      'DeepSeek hits of its cache',
      'deepseek-chat',
      {
        prompt_tokens: 21_000,
        completion_tokens: 500,
        total_tokens: 21_500,
        prompt_cache_hit_tokens: 20_000,
        prompt_cache_miss_tokens: 1_000,
      },
      '0.00222',
    ],
    [
      // 3 / 15 and 0.3: 1000 × 3 + 99000 × 0.3 + 100 × 15
      'the Vercel AI SDK, whose input holds the cache',
      'claude-sonnet-4-5',
      {
        inputTokens: 100_000,
        inputTokenDetails: { noCacheTokens: 1_000, cacheReadTokens: 99_000, cacheWriteTokens: 0 },
        outputTokens: 100,
        outputTokenDetails: { textTokens: 100, reasoningTokens: 0 },
        totalTokens: 100_100,
      },
      '0.0342',
    ],
    [
      'nothing but input and output',
      'claude-sonnet-4-5',
      { input_tokens: 1_000, output_tokens: 100 },
      '0.0045',
    ],
  ])('is right for %s', (_, model, usage, usd) => {
    expect(priceOf(model, usage)).toBe(usd);
  });

  test.each<[name: string, model: string, usage: Record<string, unknown>, refusal: RegExp]>([
    [
      'an unknown speed',
      'claude-opus-4-8',
      { ...CLAUDE, speed: 'warp' },
      /speed.*no known meaning/,
    ],
    [
      'an unknown tier',
      'claude-opus-4-8',
      { ...CLAUDE, service_tier: 'gold' },
      /service_tier.*no known meaning/,
    ],
    ['a speed without a price', 'claude-haiku-4-5', { ...CLAUDE, speed: 'fast' }, /fast/],
    [
      'a place without a price',
      'claude-3-haiku',
      { ...CLAUDE, inference_geo: 'us' },
      /in the place that served it/,
    ],
    [
      'a number without a meaning',
      'gpt-4o',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, hologram_tokens: 7 },
      /hologram_tokens.*no known meaning/,
    ],
    [
      'a total that nothing explains',
      'gpt-4o',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 14 },
      /14.*15|15.*14/,
    ],
    [
      'audio on a card without its price',
      'gpt-4o',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { audio_tokens: 4 },
      },
      /audioInputTokens/,
    ],
  ])('is refused by name for %s', (_, model, usage, refusal) => {
    expect(priceOf(model, usage)).toMatch(refusal);
  });
});
