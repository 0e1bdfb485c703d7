import type { Gathered } from '../gather-members.ts';
import { isImageModel } from '../model-family.ts';
import {
  adds,
  CALLS,
  count,
  detailOf,
  DURATION,
  free,
  PLACE,
  type Rows,
  SPEED,
  TICKS,
  TIER,
  under,
  UPSTREAM_USD,
  USD,
} from '../meaning.ts';
import { ALL_INCLUDED, type UsageFacts, type UsageTable } from '../usage-table.ts';

/** Tools that a provider runs, in its own names. Calls of MCP servers bill tokens only. */
const TOOLS: Rows = {
  web_search_calls: adds('webSearches'),
  x_search_calls: adds('webSearches'),
  code_interpreter_calls: adds('codeExecutions'),
  file_search_calls: adds('fileSearches'),
  document_search_calls: adds('fileSearches'),
  image_generation_calls: adds('images'),
  mcp_calls: free('calls of MCP servers bill only tokens'),
};

/** What gateways and providers add to OpenAI's usage, in both of its APIs. */
const ADDED: Rows = {
  cost: USD,
  estimated_cost: USD,
  response_cost: USD,
  cost_in_usd_ticks: TICKS,
  'cost_details.upstream_inference_cost': UPSTREAM_USD,
  'cost_details.upstream_inference_prompt_cost': free('part of the upstream cost'),
  'cost_details.upstream_inference_completions_cost': free('part of the upstream cost'),
  'cost_details.upstream_inference_input_cost': free('part of the upstream cost'),
  'cost_details.upstream_inference_output_cost': free('part of the upstream cost'),
  num_sources_used: count('searchSources'),
  num_server_side_tools_used: free('sum of the tools, which are counted one by one'),
  ...under('server_side_tool_usage_details', TOOLS),
  'context_details.input_tokens': free('the size of the last context'),
  'context_details.output_tokens': free('the size of the last context'),
  'server_tool_use.web_search_requests': adds('webSearches'),
  'server_tool_use.web_fetch_requests': free('fetches bill only tokens'),
  'server_tool_use.tool_search_requests': free('searches for tools bill only tokens'),
  'server_tool_use.code_execution_requests': adds('codeExecutions'),
  service_tier: TIER,
  inference_geo: PLACE,
  speed: SPEED,
  queue_time: DURATION,
  prompt_time: DURATION,
  completion_time: DURATION,
  total_time: DURATION,
};

const ANTHROPIC_WRITES: Rows = {
  ephemeral_5m_input_tokens: count('cacheWriteFiveMinutes'),
  ephemeral_1h_input_tokens: count('cacheWriteOneHour'),
};

const INPUT_DETAILS: Rows = {
  cached_tokens: count('cacheRead'),
  cache_read_tokens: count('cacheRead'),
  cache_write_tokens: count('cacheWrite'),
  cache_creation_tokens: count('cacheWrite'),
  cache_creation_input_tokens: count('cacheWrite'),
  ...under('cache_creation_token_details', ANTHROPIC_WRITES),
  ...under('cache_creation', ANTHROPIC_WRITES),
  audio_tokens: count('audioInputTokens'),
  text_tokens: detailOf('input'),
  video_tokens: detailOf('input'),
  'cached_tokens_details.text_tokens': detailOf('cacheRead'),
  'cached_tokens_details.audio_tokens': count('cacheReadAudioTokens'),
  'cached_tokens_details.image_tokens': count('cacheReadImageTokens'),
  image_count: free('images bill their tokens'),
  video_length_seconds: count('videoSeconds'),
  web_search_requests: adds('webSearches'),
};

const OUTPUT_DETAILS: Rows = {
  reasoning_tokens: count('reasoning'),
  audio_tokens: count('audioOutputTokens'),
  image_tokens: count('imageOutputTokens'),
  text_tokens: detailOf('output'),
  accepted_prediction_tokens: detailOf('output'),
  rejected_prediction_tokens: detailOf('output'),
};

const CHAT_ROWS: Rows = {
  prompt_tokens: count('input'),
  completion_tokens: count('output'),
  total_tokens: count('total'),
  ...under('prompt_tokens_details', INPUT_DETAILS),
  'prompt_tokens_details.image_tokens': detailOf('input'),
  'prompt_token_details.cached_tokens': count('cacheRead'),
  ...under('completion_tokens_details', OUTPUT_DETAILS),
  prompt_cache_hit_tokens: count('cacheRead'),
  prompt_cache_miss_tokens: detailOf('input'),
  cached_tokens: count('cacheRead'),
  num_cached_tokens: count('cacheRead'),
  cache_read_input_tokens: count('cacheRead'),
  cache_creation_input_tokens: count('cacheWrite'),
  ...under('cache_creation', ANTHROPIC_WRITES),
  reasoning_tokens: count('reasoning'),
  prompt_audio_seconds: count('audioSeconds'),
  input_tokens: count('input'),
  output_tokens: count('output'),
  ...under('input_tokens_details', INPUT_DETAILS),
  ...ADDED,
};

/**
 * Chat Completions, as OpenAI, Azure, Mistral, DeepSeek, xAI, Groq, Together, Fireworks,
 * OpenRouter, vLLM and LiteLLM report them. xAI counts reasoning separately from the completion, and
 * Gemini in this format counts it only in the total.
 */
export const openAiChat: UsageTable = {
  rows: CHAT_ROWS,
  required: ['prompt_tokens'],
  inclusions: { ...ALL_INCLUDED, mayOmitOutput: true },
};

const RESPONSES_ROWS: Rows = {
  input_tokens: count('input'),
  output_tokens: count('output'),
  total_tokens: count('total'),
  ...under('input_tokens_details', INPUT_DETAILS),
  'input_tokens_details.image_tokens': count('imageInputTokens'),
  ...under('output_tokens_details', OUTPUT_DETAILS),
  ...ADDED,
};

/**
 * Responses and images, also as Agents SDK sums them over a run (`request_usage_entries`). The
 * endpoints for images do not say that their output is images.
 */
export const openAiResponses: UsageTable = {
  rows: {
    ...RESPONSES_ROWS,
    requests: CALLS,
    request_usage_entries: { kind: 'parts', rows: RESPONSES_ROWS },
  },
  required: ['input_tokens', 'output_tokens'],
  inclusions: (_: Gathered, { model }: UsageFacts) => ({
    ...ALL_INCLUDED,
    isOutputImages: model !== undefined && isImageModel(model),
  }),
};

const AGENTS_ROWS: Rows = {
  inputTokens: count('input'),
  outputTokens: count('output'),
  totalTokens: count('total'),
  ...agentsDetails('inputTokensDetails', {
    cached_tokens: adds('cacheRead'),
    cache_write_tokens: adds('cacheWrite'),
    audio_tokens: adds('audioInputTokens'),
  }),
  ...agentsDetails('outputTokensDetails', {
    reasoning_tokens: adds('reasoning'),
    audio_tokens: adds('audioOutputTokens'),
  }),
};

/** The details are one object, or a list with one per request. */
function agentsDetails(path: string, rows: Rows): Rows {
  return { ...under(path, rows), ...under(`${path}[]`, rows) };
}

/** Agents SDK for JavaScript. */
export const openAiAgents: UsageTable = {
  rows: {
    ...AGENTS_ROWS,
    requests: CALLS,
    requestUsageEntries: { kind: 'parts', rows: AGENTS_ROWS },
  },
  required: ['inputTokens', 'outputTokens'],
  marks: ['inputTokensDetails', 'outputTokensDetails', 'requests', 'requestUsageEntries'],
  inclusions: ALL_INCLUDED,
};

/** Realtime and transcription. */
export const openAiRealtime: UsageTable = {
  rows: {
    input_tokens: count('input'),
    output_tokens: count('output'),
    total_tokens: count('total'),
    ...under('input_token_details', INPUT_DETAILS),
    'input_token_details.image_tokens': count('imageInputTokens'),
    ...under('output_token_details', OUTPUT_DETAILS),
  },
  required: ['input_tokens', 'output_tokens'],
  marks: ['input_token_details', 'output_token_details'],
  inclusions: ALL_INCLUDED,
};

/** Transcription that is billed by the second. */
export const openAiDuration: UsageTable = {
  rows: { seconds: count('audioSeconds') },
  required: ['seconds'],
  inclusions: ALL_INCLUDED,
};

/** Codex: `token_count` events and the usage of a turn. */
export const codex: UsageTable = {
  rows: {
    input_tokens: count('input'),
    cached_input_tokens: count('cacheRead'),
    cache_write_input_tokens: count('cacheWrite'),
    cache_creation_input_tokens: count('cacheWrite'),
    output_tokens: count('output'),
    reasoning_output_tokens: count('reasoning'),
    total_tokens: count('total'),
  },
  required: ['input_tokens', 'output_tokens'],
  marks: ['cached_input_tokens', 'reasoning_output_tokens', 'cache_write_input_tokens'],
  inclusions: ALL_INCLUDED,
};

/** Embeddings of providers that report a total alone (Voyage). */
export const totalAlone: UsageTable = {
  rows: { total_tokens: count('input') },
  required: ['total_tokens'],
  without: ['prompt_tokens', 'input_tokens'],
  inclusions: ALL_INCLUDED,
};

/** Perplexity: citations, reasoning of its deep research and the search itself are billed apart. */
export const perplexity: UsageTable = {
  rows: {
    prompt_tokens: count('input'),
    completion_tokens: count('output'),
    total_tokens: count('total'),
    citation_tokens: count('citationTokens'),
    reasoning_tokens: count('reasoningTokens'),
    num_search_queries: count('webSearches'),
    search_context_size: { kind: 'sign', of: 'queries' },
    'cost.total_cost': USD,
    'cost.input_tokens_cost': free('part of the total cost'),
    'cost.output_tokens_cost': free('part of the total cost'),
    'cost.request_cost': free('part of the total cost'),
    'cost.citation_tokens_cost': free('part of the total cost'),
    'cost.reasoning_tokens_cost': free('part of the total cost'),
    'cost.search_queries_cost': free('part of the total cost'),
  },
  required: ['prompt_tokens', 'completion_tokens'],
  marks: ['search_context_size', 'num_search_queries', 'citation_tokens'],
  inclusions: ALL_INCLUDED,
};
