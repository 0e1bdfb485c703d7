import { isOpenAiModel } from '../model-family.ts';
import type { Gathered } from '../gather-members.ts';
import {
  adds,
  count,
  detailOf,
  DURATION,
  free,
  type Rows,
  sorted,
  SPEED,
  textCount,
  TIER,
  under,
} from '../meaning.ts';
import { ALL_INCLUDED, CACHE_BESIDE, type UsageFacts, type UsageTable } from '../usage-table.ts';

const CACHE_LIVES = sorted('ttl', 'inputTokens', {
  '5m': adds('cacheWriteFiveMinutes'),
  '30m': adds('cacheWriteThirtyMinuteTokens'),
  '1h': adds('cacheWriteOneHour'),
  '12h': adds('cacheWriteTwelveHourTokens'),
});

/**
 * `inputTokens` excludes cached tokens, except for OpenAI's models, whose own counts pass through.
 * There, an input that can hold its cached tokens does. A rate card may say otherwise.
 */
function converseInclusions({ counts }: Gathered, { model, inputIncludesCache }: UsageFacts) {
  const { input = 0, cacheRead = 0, cacheWrite = 0 } = counts;
  const isHeld = model !== undefined && isOpenAiModel(model) && input >= cacheRead + cacheWrite;
  return {
    ...CACHE_BESIDE,
    cacheInInput: inputIncludesCache ?? isHeld,
    isTotalWithoutCache: true,
  };
}

/** Converse often gives the counts of caches under both of their names. */
const CACHE_COUNTS: Rows = {
  cacheReadInputTokens: count('cacheRead'),
  cacheReadInputTokenCount: count('cacheRead'),
  cacheWriteInputTokens: count('cacheWrite'),
  cacheWriteInputTokenCount: count('cacheWrite'),
};

const CONVERSE_ROWS: Rows = {
  inputTokens: count('input'),
  outputTokens: count('output'),
  totalTokens: count('total'),
  ...CACHE_COUNTS,
  cacheDetails: CACHE_LIVES,
  serviceTier: TIER,
  'serviceTier.type': TIER,
  latencyMs: DURATION,
};

/** Bedrock's Converse, and Strands, which passes it on. */
export const converse: UsageTable = {
  rows: CONVERSE_ROWS,
  required: ['inputTokens', 'outputTokens'],
  inclusions: converseInclusions,
};

/** Nova through InvokeModel: Converse's names, with different ones for cache counts. */
export const nova: UsageTable = {
  rows: {
    inputTokens: count('input'),
    outputTokens: count('output'),
    totalTokens: count('total'),
    ...CACHE_COUNTS,
  },
  required: ['inputTokens', 'outputTokens'],
  marks: ['cacheReadInputTokenCount', 'cacheWriteInputTokenCount'],
  without: ['cacheReadInputTokens', 'cacheWriteInputTokens'],
  inclusions: { ...CACHE_BESIDE, isTotalWithoutCache: true },
};

/** Nova Sonic: `details.total` splits the totals into speech and text. */
export const novaSonic: UsageTable = {
  rows: {
    totalInputTokens: count('input'),
    totalOutputTokens: count('output'),
    totalTokens: count('total'),
    'details.delta': free('part of the totals'),
    ...under('details.total.input', {
      speechTokens: count('audioInputTokens'),
      textTokens: detailOf('input'),
    }),
    ...under('details.total.output', {
      speechTokens: count('audioOutputTokens'),
      textTokens: detailOf('output'),
    }),
  },
  required: ['totalInputTokens', 'totalOutputTokens'],
  inclusions: ALL_INCLUDED,
};

/** Llama through InvokeModel. */
export const llama: UsageTable = {
  rows: { prompt_token_count: count('input'), generation_token_count: count('output') },
  required: ['prompt_token_count', 'generation_token_count'],
  inclusions: ALL_INCLUDED,
};

/** Titan through InvokeModel, with one output per result. Embeddings have the input alone. */
export const titan: UsageTable = {
  rows: {
    inputTextTokenCount: count('input'),
    'results[].tokenCount': adds('output'),
    totalOutputTextTokenCount: detailOf('output'),
    index: free('a position'),
    embedding: free('the answer'),
    embeddingsByType: free('the answer'),
  },
  required: ['inputTextTokenCount', 'results[].tokenCount'],
  inclusions: ALL_INCLUDED,
};

/** The last chunk of a stream of Titan. */
export const titanStream: UsageTable = {
  rows: {
    inputTextTokenCount: count('input'),
    totalOutputTextTokenCount: count('output'),
    index: free('a position'),
  },
  required: ['inputTextTokenCount', 'totalOutputTextTokenCount'],
  marks: ['totalOutputTextTokenCount'],
  inclusions: ALL_INCLUDED,
};

const METRICS: Rows = {
  inputTokenCount: count('input'),
  outputTokenCount: count('output'),
  cacheReadInputTokenCount: count('cacheRead'),
  cacheWriteInputTokenCount: count('cacheWrite'),
  invocationLatency: DURATION,
  firstByteLatency: DURATION,
};

/** Counts in the last event of InvokeModel's streams, and in invocation logs. */
export const invocationMetrics: UsageTable = {
  rows: METRICS,
  required: ['inputTokenCount', 'outputTokenCount'],
  inclusions: converseInclusions,
};

/** Headers of InvokeModel's responses, whose numbers are texts. */
export const invocationHeaders: UsageTable = {
  rows: {
    'x-amzn-bedrock-input-token-count': textCount('input'),
    'x-amzn-bedrock-output-token-count': textCount('output'),
    'x-amzn-bedrock-cache-read-input-token-count': textCount('cacheRead'),
    'x-amzn-bedrock-cache-write-input-token-count': textCount('cacheWrite'),
    'x-amzn-bedrock-service-tier': TIER,
    'x-amzn-bedrock-performanceconfig-latency': SPEED,
    'x-amzn-bedrock-invocation-latency': DURATION,
    'content-length': free('the size of the answer'),
  },
  required: ['x-amzn-bedrock-input-token-count'],
  inclusions: converseInclusions,
};
