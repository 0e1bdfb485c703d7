import type { Payload } from './payload.ts';

type Refused = Pick<Payload, 'name' | 'source' | 'model' | 'card' | 'stated' | 'report'> & {
  field: string;
  message: RegExp;
};

const SONNET = 'claude-sonnet-4-5';

/** Payloads whose price nobody knows, with the field that is named. */
export const REFUSED: readonly Refused[] = [
  {
    name: 'the first event of a stream',
    source: 'https://platform.claude.com/docs/en/build-with-claude/streaming',
    model: SONNET,
    report: { type: 'message_start', message: { usage: { input_tokens: 472, output_tokens: 2 } } },
    field: 'providerUsage.type',
    message: /Send the last one/,
  },
  {
    name: 'a last event that lacks its input',
    source: 'https://github.com/maximhq/bifrost/issues/5629',
    model: SONNET,
    report: { type: 'message_delta', usage: { output_tokens: 15 } },
    field: 'providerUsage',
    message: /no known shape/,
  },
  {
    name: 'a cache write that is greater than the prompt which includes it',
    source: 'https://github.com/BerriAI/litellm/issues/15056',
    model: SONNET,
    report: {
      completion_tokens: 467,
      prompt_tokens: 31,
      total_tokens: 498,
      prompt_tokens_details: { cached_tokens: 0 },
      cache_creation_input_tokens: 1253,
      cache_read_input_tokens: 0,
    },
    field: 'providerUsage',
    message: /1253.*31/,
  },
  {
    name: 'two counts of Codex, of a turn and of a session',
    source: 'https://github.com/openai/codex/issues/5276',
    model: 'gpt-5',
    report: {
      type: 'event_msg',
      payload: {
        type: 'token_count',
        info: {
          total_token_usage: { input_tokens: 26_549, output_tokens: 1590 },
          last_token_usage: { input_tokens: 6245, output_tokens: 407 },
        },
      },
    },
    field: 'providerUsage',
    message: /no known shape/,
  },
  {
    name: 'capacity of Vertex AI that is paid in advance',
    source:
      'https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse',
    model: 'gemini-2.5-pro',
    report: {
      promptTokenCount: 12,
      candidatesTokenCount: 4,
      totalTokenCount: 16,
      trafficType: 'PROVISIONED_THROUGHPUT',
    },
    field: 'providerUsage.trafficType',
    message: /no known meaning/,
  },
  {
    name: 'an iteration of an unknown kind',
    source: 'https://github.com/meawoppl/rust-code-agent-sdks/pull/252',
    model: SONNET,
    report: {
      input_tokens: 10,
      output_tokens: 5,
      iterations: [{ type: 'turn', input_tokens: 10, output_tokens: 5 }],
    },
    field: 'providerUsage.iterations[0].type',
    message: /no known meaning/,
  },
  {
    name: 'iterations that hide what the whole counts',
    source: 'https://github.com/ccusage/ccusage/issues/1115',
    model: SONNET,
    report: {
      input_tokens: 10,
      output_tokens: 500,
      iterations: [{ type: 'message', input_tokens: 10, output_tokens: 5 }],
    },
    field: 'providerUsage',
    message: /outputTokens 5.*outputTokens 500/,
  },
  {
    name: 'a search without a price',
    source: 'https://github.com/BerriAI/litellm/issues/31316',
    model: 'gpt-4-turbo',
    report: {
      output: [{ type: 'web_search_call', action: { type: 'search' } }],
      usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    },
    field: 'providerUsage',
    message: /webSearches.*PUT \/v1\/rate-cards/,
  },
  {
    name: 'an image that a tool created, at the price of another model',
    source: 'https://platform.openai.com/docs/guides/tools-image-generation',
    model: 'gpt-5',
    report: {
      output: [{ type: 'image_generation_call', status: 'completed' }],
      usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    },
    field: 'providerUsage.output[0].type',
    message: /no known meaning/,
  },
  {
    name: 'latency that costs more, without a price for it',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/latency-optimized-inference.html',
    model: 'amazon.nova-pro-v1:0',
    report: {
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
      performanceConfig: { latency: 'optimized' },
    },
    field: 'providerUsage',
    message: /fast/,
  },
  {
    name: 'a life of a cache that nobody has announced',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CacheDetail.html',
    model: 'anthropic.claude-opus-4-8',
    report: {
      inputTokens: 1,
      outputTokens: 1,
      cacheWriteInputTokens: 5,
      cacheDetails: [{ ttl: '7d', inputTokens: 5 }],
    },
    field: 'providerUsage.cacheDetails[0].inputTokens',
    message: /no known meaning/,
  },
];
