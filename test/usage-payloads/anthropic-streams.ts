import type { Payload } from './payload.ts';

const DOCS = 'https://platform.claude.com/docs/en';
const SONNET = 'claude-sonnet-4-5-20250929';

/** Streams, batches and runs of Claude. */
export const anthropicStreams: readonly Payload[] = [
  {
    name: 'the last event of a stream, whose counts are cumulative',
    source: `${DOCS}/build-with-claude/streaming`,
    model: SONNET,
    report: {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: {
        input_tokens: 10_682,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 510,
        server_tool_use: { web_search_requests: 1 },
      },
    },
    at: 'usage',
    terms: '10682 × 3 + 510 × 15 + 1 × 10000',
    usd: '0.049696',
  },
  {
    name: 'the usage of the first event, merged with that of the last one',
    source: `${DOCS}/build-with-claude/streaming`,
    model: SONNET,
    report: {
      input_tokens: 472,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 2000,
      service_tier: 'standard',
      inference_geo: 'not_available',
      output_tokens: 89,
    },
    terms: '472 × 3 + 2000 × 0.3 + 89 × 15',
    usd: '0.003351',
  },
  {
    name: 'thinking, which the output holds',
    source: `${DOCS}/build-with-claude/extended-thinking`,
    model: 'claude-haiku-4-5',
    report: {
      input_tokens: 50,
      output_tokens: 1500,
      output_tokens_details: { thinking_tokens: 1200 },
    },
    terms: '50 × 1 + 1500 × 5',
    usd: '0.00755',
  },
  {
    name: 'a result of a batch',
    source: `${DOCS}/build-with-claude/batch-processing`,
    model: SONNET,
    report: {
      custom_id: 'my-second-request',
      result: {
        type: 'succeeded',
        message: {
          model: SONNET,
          usage: { input_tokens: 11, output_tokens: 36, service_tier: 'batch' },
        },
      },
    },
    at: 'result.message.usage',
    terms: '11 × 1.5 + 36 × 7.5',
    usd: '0.0002865',
  },
  {
    name: 'a search in a batch, which has no discount',
    source: 'https://openrouter.ai/docs/guides/features/batch-api',
    model: SONNET,
    report: {
      input_tokens: 1000,
      output_tokens: 100,
      service_tier: 'batch',
      server_tool_use: { web_search_requests: 2 },
    },
    terms: '1000 × 1.5 + 100 × 7.5 + 2 × 10000',
    usd: '0.02225',
  },
  {
    name: 'a run of Claude Code with two models',
    source: 'https://github.com/mikhail-tokarev/greenbelt/pull/11',
    model: 'claude-sonnet-5',
    report: {
      type: 'result',
      subtype: 'success',
      duration_ms: 81_000,
      duration_api_ms: 79_000,
      num_turns: 9,
      total_cost_usd: 0.563795,
      usage: { input_tokens: 4100, output_tokens: 12_069 },
      modelUsage: {
        'claude-haiku-4-5': { inputTokens: 3000, outputTokens: 69, costUSD: 0.003345 },
        'claude-sonnet-5': {
          inputTokens: 1100,
          outputTokens: 12_000,
          cacheReadInputTokens: 1_500_000,
          cacheCreationInputTokens: 55_300,
          webSearchRequests: 0,
          costUSD: 0.56045,
          contextWindow: 200_000,
          maxOutputTokens: 64_000,
        },
      },
    },
    terms: '3000 × 1 + 69 × 5 + 1100 × 2 + 1500000 × 0.2 + 55300 × 2.5 + 12000 × 10',
    usd: '0.563795',
  },
  {
    name: 'one model of such a run',
    source: 'https://github.com/purplefish-ai/factory-factory/issues/451',
    model: SONNET,
    report: {
      inputTokens: 200,
      outputTokens: 30,
      cacheReadInputTokens: 5000,
      cacheCreationInputTokens: 700,
      webSearchRequests: 1,
      costUSD: 0.015175,
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
    },
    terms: '200 × 3 + 5000 × 0.3 + 700 × 3.75 + 30 × 15 + 1 × 10000',
    usd: '0.015175',
  },
  {
    name: 'a long prompt to a cheaper model; all of its tokens have the higher price',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
    model: 'claude-haiku-5-5',
    report: { input_tokens: 1, output_tokens: 100, cache_read_input_tokens: 100_000 },
    terms: '1 × 0.5 + 100000 × 0.05 + 100 × 2.5',
    usd: '0.0052505',
  },
];
