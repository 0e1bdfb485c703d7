import {
  adds,
  count,
  detailOf,
  free,
  PLACE,
  type Rows,
  SPEED,
  TIER,
  under,
  USD,
} from '../meaning.ts';
import { ALL_INCLUDED, CACHE_BESIDE, type UsageTable } from '../usage-table.ts';

const COUNTS: Rows = {
  input_tokens: count('input'),
  output_tokens: count('output'),
  total_tokens: count('total'),
  cache_read_input_tokens: count('cacheRead'),
  cache_creation_input_tokens: count('cacheWrite'),
  'cache_creation.ephemeral_1h_input_tokens': count('cacheWriteOneHour'),
  'cache_creation.ephemeral_5m_input_tokens': count('cacheWriteFiveMinutes'),
  'output_tokens_details.thinking_tokens': detailOf('output'),
};

/** Anthropic's Messages, Claude Code, and Amazon Bedrock's InvokeModel. */
export const anthropicMessages: UsageTable = {
  rows: {
    ...COUNTS,
    'server_tool_use.web_search_requests': adds('webSearches'),
    'server_tool_use.web_fetch_requests': free('fetches bill only tokens'),
    'server_tool_use.tool_search_requests': free('searches for tools bill only tokens'),
    'server_tool_use.code_execution_requests': adds('codeExecutions'),
    service_tier: TIER,
    inference_geo: PLACE,
    speed: SPEED,
    total_cost_usd: USD,
    iterations: { kind: 'parts', rows: COUNTS },
  },
  required: ['input_tokens', 'output_tokens'],
  inclusions: { ...CACHE_BESIDE, isTotalWithoutCache: true },
  parts: 'iterations',
};

const MODEL_USAGE: Rows = {
  inputTokens: count('input'),
  outputTokens: count('output'),
  cacheReadInputTokens: count('cacheRead'),
  cacheCreationInputTokens: count('cacheWrite'),
  webSearchRequests: adds('webSearches'),
  costUSD: USD,
  contextWindow: free('a limit of the model'),
  maxOutputTokens: free('a limit of the model'),
};

/** The result of a Claude Code run: `modelUsage` is complete, and `usage` repeats a part of it. */
export const claudeCode: UsageTable = {
  rows: {
    modelUsage: { kind: 'parts', rows: MODEL_USAGE },
    usage: free('modelUsage counts it'),
    total_cost_usd: USD,
    num_turns: free('how many calls, whose tokens are counted'),
    duration_ms: free('how long it took'),
    duration_api_ms: free('how long it took'),
    ttft_ms: free('how long it took'),
  },
  required: ['modelUsage'],
  inclusions: CACHE_BESIDE,
  parts: 'models',
};

/** One model of a Claude Code run. */
export const claudeCodeModel: UsageTable = {
  rows: MODEL_USAGE,
  required: ['inputTokens', 'outputTokens'],
  marks: ['cacheCreationInputTokens', 'webSearchRequests', 'costUSD'],
  inclusions: CACHE_BESIDE,
};

/** LangChain's `usage_metadata`: its input includes cached tokens for every provider. */
export const langChain: UsageTable = {
  rows: {
    input_tokens: count('input'),
    output_tokens: count('output'),
    total_tokens: count('total'),
    ...under('input_token_details', {
      cache_read: count('cacheRead'),
      cache_creation: count('cacheWrite'),
      ephemeral_5m_input_tokens: count('cacheWriteFiveMinutes'),
      ephemeral_1h_input_tokens: count('cacheWriteOneHour'),
      audio: count('audioInputTokens'),
      text: detailOf('input'),
      image: detailOf('input'),
      video: detailOf('input'),
    }),
    ...under('output_token_details', {
      reasoning: count('reasoning'),
      audio: count('audioOutputTokens'),
      image: count('imageOutputTokens'),
      text: detailOf('output'),
    }),
  },
  required: ['input_tokens', 'output_tokens'],
  marks: ['input_token_details', 'output_token_details'],
  inclusions: ALL_INCLUDED,
};
