import { extractUsage, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ContradictoryUsageError,
  UnreadableUsageError,
} from '../../../domain/provider-usage/gather-members.ts';
import { readUsage } from '../../../domain/provider-usage/read-usage.ts';
import type { UsageShape } from '../../../domain/provider-usage/usage-shapes.ts';
import type { TokenUsage } from '../../../domain/token-usage.ts';

/** The usage of a report with one part that reads every member. */
function normalizeUsage(shape: UsageShape, report: object): TokenUsage {
  const { parts, unread } = readUsage(report, {}, shape);
  expect(unread).toEqual([]);
  expect(parts).toHaveLength(1);
  return parts[0]?.usage as TokenUsage;
}

const usageShapeOf = (report: object): UsageShape => readUsage(report, {}).shape;

/**
 * The same request in every shape: 100 plain input, 30 read, 20 written (5 for an hour), 40 output.
 */
const SAME: [UsageShape, Record<string, unknown>][] = [
  [
    'bedrock-converse',
    {
      inputTokens: 100,
      outputTokens: 40,
      totalTokens: 190,
      cacheReadInputTokens: 30,
      cacheWriteInputTokens: 20,
      cacheDetails: [
        { ttl: '5m', inputTokens: 15 },
        { ttl: '1h', inputTokens: 5 },
      ],
    },
  ],
  [
    'anthropic-messages',
    {
      input_tokens: 100,
      output_tokens: 40,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 15, ephemeral_1h_input_tokens: 5 },
      output_tokens_details: { thinking_tokens: 25 },
      service_tier: 'standard',
    },
  ],
];

const WITHOUT_HOUR: [UsageShape, Record<string, unknown>][] = [
  [
    'openai-chat',
    {
      prompt_tokens: 150,
      completion_tokens: 40,
      total_tokens: 190,
      prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 20, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 25 },
    },
  ],
  [
    'openai-responses',
    {
      input_tokens: 150,
      output_tokens: 40,
      input_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
      output_tokens_details: { reasoning_tokens: 25 },
    },
  ],
  [
    'nova',
    {
      inputTokens: 100,
      outputTokens: 40,
      cacheReadInputTokenCount: 30,
      cacheWriteInputTokenCount: 20,
    },
  ],
  [
    'bedrock-invocation-metrics',
    {
      inputTokenCount: 100,
      outputTokenCount: 40,
      cacheReadInputTokenCount: 30,
      cacheWriteInputTokenCount: 20,
    },
  ],
];

const PLAIN: [UsageShape, Record<string, unknown>][] = [
  ['mistral', { prompt_tokens: 100, completion_tokens: 40, total_tokens: 140 }],
  ['llama', { prompt_token_count: 100, generation_token_count: 40, stop_reason: 'stop' }],
  [
    'titan',
    {
      inputTextTokenCount: 100,
      results: [{ tokenCount: 30, outputText: 'a' }, { tokenCount: 10 }],
    },
  ],
  ['gemini', { promptTokenCount: 100, candidatesTokenCount: 15, thoughtsTokenCount: 25 }],
];

describe('readUsage', () => {
  const counted = { inputTokens: 100, outputTokens: 40, cacheReadTokens: 30, cacheWriteTokens: 20 };

  test.each(SAME)(
    'counts every token of %s once, and tells how long caches live',
    (shape, report) => {
      expect(normalizeUsage(shape, report)).toEqual({ ...counted, cacheWriteOneHourTokens: 5 });
    },
  );

  test.each(WITHOUT_HOUR)('counts every token of %s once', (shape, report) => {
    expect(normalizeUsage(shape, report)).toEqual(counted);
  });

  test.each(PLAIN)('reads %s without a cache', (shape, report) => {
    expect(normalizeUsage(shape, report)).toEqual({
      ...counted,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
    });
  });

  test('adds reasoning that stands beside a completion, as the total tells', () => {
    const report = {
      prompt_tokens: 130,
      completion_tokens: 15,
      total_tokens: 170,
      prompt_tokens_details: { cached_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 25 },
    };
    expect(normalizeUsage('openai-chat', report)).toEqual({ ...counted, cacheWriteTokens: 0 });
    const more = { ...report, completion_tokens: 25, total_tokens: 180 };
    expect(normalizeUsage('openai-chat', more).outputTokens).toBe(50);
    const within = { ...report, completion_tokens: 40 };
    expect(normalizeUsage('openai-chat', within).outputTokens).toBe(40);
  });

  test('takes cached tokens out of a prompt of Gemini, and adds its thoughts', () => {
    const report = {
      promptTokenCount: 130,
      cachedContentTokenCount: 30,
      candidatesTokenCount: 15,
      thoughtsTokenCount: 25,
    };
    expect(normalizeUsage('gemini', report)).toEqual({ ...counted, cacheWriteTokens: 0 });
  });

  test('adds up writes where Anthropic gives the parts only', () => {
    const report = {
      input_tokens: 1,
      output_tokens: 2,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
    };
    expect(normalizeUsage('anthropic-messages', report)).toMatchObject({
      cacheWriteTokens: 7,
      cacheWriteOneHourTokens: 4,
    });
  });

  test.each<[UsageShape, Record<string, unknown>]>([
    [
      'openai-chat',
      { prompt_tokens: 10, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 11 } },
    ],
    [
      'openai-responses',
      { input_tokens: 1, output_tokens: 10, output_tokens_details: { reasoning_tokens: 11 } },
    ],
    [
      'bedrock-converse',
      {
        inputTokens: 1,
        outputTokens: 1,
        cacheWriteInputTokens: 1,
        cacheDetails: [{ ttl: '1h', inputTokens: 2 }],
      },
    ],
  ])('refuses a part of %s that is greater than its whole', (shape, report) => {
    expect(() => normalizeUsage(shape, report)).toThrow(ContradictoryUsageError);
  });

  test('names the part that is greater than its whole where the total is right', () => {
    const report = {
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 110,
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    expect(() => normalizeUsage('openai-chat', report)).toThrow(
      'reasoning tokens (20) exceed the output that includes them (10)',
    );
  });

  test.each<[UsageShape, object]>([
    ['bedrock-converse', { inputTokens: 1 }],
    ['bedrock-converse', { inputTokens: -1, outputTokens: 1 }],
    ['anthropic-messages', { input_tokens: '1', output_tokens: 1 }],
    ['titan', { inputTextTokenCount: 1, results: [{}] }],
  ])('refuses what is no usage of %s: %j', (shape, report) => {
    expect(() => normalizeUsage(shape, report)).toThrow(UnreadableUsageError);
  });

  test.each<[UsageShape, string, string]>([
    ['bedrock-converse', 'aws', 'default'],
    ['anthropic-messages', 'anthropic', 'default'],
    ['openai-chat', 'openai', 'chat'],
    ['openai-responses', 'openai', 'responses'],
  ])('agrees with genai-prices on %s', (shape, providerId, flavor) => {
    const provider = findProvider({ providerId });
    if (!provider) throw new Error(`genai-prices does not know ${providerId}`);
    const count = fc.nat({ max: 1_000_000 });
    fc.assert(
      fc.property(count, count, count, count, (plain, output, read, write) => {
        const report = inShape(shape, plain, output, read, write);
        const { usage } = extractUsage(provider, { model: 'm', usage: report }, flavor);
        const ours = normalizeUsage(shape, report);
        expect(ours.inputTokens + ours.cacheReadTokens + ours.cacheWriteTokens).toBe(
          usage.input_tokens,
        );
        expect(ours.cacheReadTokens).toBe(usage.cache_read_tokens);
        expect(ours.cacheWriteTokens).toBe(usage.cache_write_tokens);
        expect(ours.outputTokens).toBe(usage.output_tokens);
      }),
    );
  });
});

function inShape(shape: UsageShape, plain: number, output: number, read: number, write: number) {
  const details = { cached_tokens: read, cache_write_tokens: write };
  const whole = plain + read + write;
  switch (shape) {
    case 'bedrock-converse':
      return {
        inputTokens: plain,
        outputTokens: output,
        cacheReadInputTokens: read,
        cacheWriteInputTokens: write,
      };
    case 'anthropic-messages':
      return {
        input_tokens: plain,
        output_tokens: output,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: write,
      };
    case 'openai-chat':
      return { prompt_tokens: whole, completion_tokens: output, prompt_tokens_details: details };
    default:
      return { input_tokens: whole, output_tokens: output, input_tokens_details: details };
  }
}

describe('shapes', () => {
  test.each([...SAME, ...WITHOUT_HOUR, ...PLAIN.filter(([shape]) => shape !== 'mistral')])(
    'recognizes %s',
    (shape, report) => {
      expect(usageShapeOf(report)).toBe(shape);
    },
  );

  test('recognizes Nova by a cache that is written only', () => {
    const report = { inputTokens: 1, outputTokens: 2, cacheWriteInputTokenCount: 3 };
    expect(usageShapeOf(report)).toBe('nova');
  });

  test('takes what every shape reads the same way', () => {
    const { parts } = readUsage({ input_tokens: 1, output_tokens: 2 }, {});
    expect(parts).toEqual([
      { usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 } },
    ]);
  });

  test('does not guess what no shape reads', () => {
    expect(() => readUsage({ tokens: 1 }, {})).toThrow(/no known shape/);
    expect(() => readUsage({}, {})).toThrow(/no known shape/);
  });
});
