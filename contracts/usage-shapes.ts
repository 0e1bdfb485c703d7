import * as z from 'zod';
import { type ReportedUsage, usageOf } from '../domain/provider-usage.ts';
import type { TokenUsage } from '../domain/token-usage.ts';
import { tokenCount } from './fields.ts';

const count = tokenCount.nullish().transform((tokens) => tokens ?? undefined);
const details = <Shape extends z.ZodRawShape>(shape: Shape) => z.looseObject(shape).nullish();

/**
 * Bedrock Converse: `inputTokens` excludes cached tokens; `cacheDetails` says how long they last.
 */
const converse = z
  .looseObject({
    inputTokens: tokenCount,
    outputTokens: tokenCount,
    cacheReadInputTokens: count,
    cacheWriteInputTokens: count,
    cacheDetails: z.array(z.looseObject({ ttl: z.string(), inputTokens: tokenCount })).nullish(),
  })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.inputTokens, includesCache: false },
    output: { tokens: usage.outputTokens, includesReasoning: true },
    cacheReadTokens: usage.cacheReadInputTokens,
    cacheWriteTokens: usage.cacheWriteInputTokens,
    cacheWriteOneHourTokens: usage.cacheDetails
      ?.filter(({ ttl }) => ttl === '1h')
      .reduce((sum, { inputTokens }) => sum + inputTokens, 0),
  }));

/** Anthropic Messages: `input_tokens` excludes cached tokens, `output_tokens` includes thinking. */
const anthropic = z
  .looseObject({
    input_tokens: tokenCount,
    output_tokens: tokenCount,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    cache_creation: details({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
  })
  .transform((usage): ReportedUsage => {
    const { ephemeral_5m_input_tokens: short = 0, ephemeral_1h_input_tokens: long = 0 } =
      usage.cache_creation ?? {};
    return {
      input: { tokens: usage.input_tokens, includesCache: false },
      output: { tokens: usage.output_tokens, includesReasoning: true },
      cacheReadTokens: usage.cache_read_input_tokens,
      cacheWriteTokens: usage.cache_creation_input_tokens ?? short + long,
      cacheWriteOneHourTokens: long,
    };
  });

/**
 * OpenAI Chat Completions: the prompt includes cached tokens, the completion includes reasoning.
 * Some providers with this format (xAI) count reasoning separately, so that only the total includes
 * it.
 */
const openAiChat = z
  .looseObject({
    prompt_tokens: tokenCount,
    completion_tokens: tokenCount.default(0),
    total_tokens: count,
    prompt_tokens_details: details({ cached_tokens: count, cache_write_tokens: count }),
    completion_tokens_details: details({ reasoning_tokens: count }),
  })
  .transform((usage): ReportedUsage => {
    const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = usage;
    const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? 0;
    return {
      input: { tokens: prompt, includesCache: true },
      output: {
        tokens: completion,
        includesReasoning: total !== prompt + completion + reasoningTokens,
      },
      cacheReadTokens: usage.prompt_tokens_details?.cached_tokens,
      cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens,
      reasoningTokens,
    };
  });

/** OpenAI Responses: like chat, with other names. */
const openAiResponses = z
  .looseObject({
    input_tokens: tokenCount,
    output_tokens: tokenCount,
    input_tokens_details: details({ cached_tokens: count, cache_write_tokens: count }),
    output_tokens_details: details({ reasoning_tokens: count }),
  })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.input_tokens, includesCache: true },
    output: { tokens: usage.output_tokens, includesReasoning: true },
    cacheReadTokens: usage.input_tokens_details?.cached_tokens,
    cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens,
  }));

/** Gemini: the prompt includes cached tokens, the candidates exclude thoughts. */
const gemini = z
  .looseObject({
    promptTokenCount: tokenCount,
    candidatesTokenCount: count,
    cachedContentTokenCount: count,
    thoughtsTokenCount: count,
    toolUsePromptTokenCount: count,
  })
  .transform((usage): ReportedUsage => ({
    input: {
      tokens: usage.promptTokenCount + (usage.toolUsePromptTokenCount ?? 0),
      includesCache: true,
    },
    output: { tokens: usage.candidatesTokenCount ?? 0, includesReasoning: false },
    cacheReadTokens: usage.cachedContentTokenCount,
    reasoningTokens: usage.thoughtsTokenCount,
  }));

/** Titan Text as returned by Amazon Bedrock's InvokeModel, with one output per result. */
const titan = z
  .looseObject({
    inputTextTokenCount: tokenCount,
    results: z.array(z.looseObject({ tokenCount })).default([]),
  })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.inputTextTokenCount, includesCache: false },
    output: {
      tokens: usage.results.reduce((sum, result) => sum + result.tokenCount, 0),
      includesReasoning: true,
    },
  }));

/** Nova through InvokeModel: Converse's names, with different ones for cache counts. */
const nova = z
  .looseObject({
    inputTokens: tokenCount,
    outputTokens: tokenCount,
    cacheReadInputTokenCount: count,
    cacheWriteInputTokenCount: count,
  })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.inputTokens, includesCache: false },
    output: { tokens: usage.outputTokens, includesReasoning: true },
    cacheReadTokens: usage.cacheReadInputTokenCount,
    cacheWriteTokens: usage.cacheWriteInputTokenCount,
  }));

/** Llama through InvokeModel. */
const llama = z
  .looseObject({ prompt_token_count: tokenCount, generation_token_count: tokenCount })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.prompt_token_count, includesCache: false },
    output: { tokens: usage.generation_token_count, includesReasoning: true },
  }));

/** Counts in InvokeModel's headers (`x-amzn-bedrock-…`) and in the last event of its streams. */
const invocationMetrics = z
  .looseObject({
    inputTokenCount: tokenCount,
    outputTokenCount: tokenCount,
    cacheReadInputTokenCount: count,
    cacheWriteInputTokenCount: count,
  })
  .transform((usage): ReportedUsage => ({
    input: { tokens: usage.inputTokenCount, includesCache: false },
    output: { tokens: usage.outputTokenCount, includesReasoning: true },
    cacheReadTokens: usage.cacheReadInputTokenCount,
    cacheWriteTokens: usage.cacheWriteInputTokenCount,
  }));

const SHAPES = {
  'bedrock-converse': converse,
  'anthropic-messages': anthropic,
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  /** Mistral uses OpenAI's format, in its own API and through Amazon Bedrock. */
  mistral: openAiChat,
  gemini,
  titan,
  nova,
  llama,
  'bedrock-invocation-metrics': invocationMetrics,
} as const;

/** Formats in which providers report usage. */
export const USAGE_SHAPES = Object.keys(SHAPES) as (keyof typeof SHAPES)[];
export type UsageShape = (typeof USAGE_SHAPES)[number];

/**
 * Converts a provider's usage object to one set of units. Ignores members without a price of their
 * own.
 * @throws ZodError if the object does not have that format
 * @throws ContradictoryUsageError if a part is greater than its total
 */
export const normalizeUsage = (shape: UsageShape, reported: unknown): TokenUsage =>
  usageOf(SHAPES[shape].parse(reported));

/**
 * The format of a usage object, if its member names are unambiguous. `input_tokens` alone means
 * different things for Anthropic and OpenAI, so the members next to it decide.
 */
export function usageShapeOf(reported: unknown): UsageShape | undefined {
  if (typeof reported !== 'object' || reported === null) return undefined;
  const has = (name: string): boolean => Object.hasOwn(reported, name);
  if (has('prompt_tokens')) return 'openai-chat';
  if (has('promptTokenCount')) return 'gemini';
  if (has('prompt_token_count')) return 'llama';
  if (has('inputTextTokenCount')) return 'titan';
  if (has('inputTokenCount')) return 'bedrock-invocation-metrics';
  if (has('inputTokens')) {
    const isNova = has('cacheReadInputTokenCount') || has('cacheWriteInputTokenCount');
    return isNova ? 'nova' : 'bedrock-converse';
  }
  if (!has('input_tokens')) return undefined;
  if (has('cache_read_input_tokens') || has('cache_creation_input_tokens')) {
    return 'anthropic-messages';
  }
  return has('input_tokens_details') ? 'openai-responses' : undefined;
}
