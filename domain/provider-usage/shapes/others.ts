import type { Gathered } from '../gather-members.ts';
import { isClaude } from '../model-family.ts';
import { count, detailOf, DURATION, free, type Rows, under } from '../meaning.ts';
import { ALL_INCLUDED, CACHE_BESIDE, type UsageFacts, type UsageTable } from '../usage-table.ts';

const RAW = free('the same usage in the words of the provider');

/** Vercel AI SDK 4. */
export const aiSdk4: UsageTable = {
  rows: {
    promptTokens: count('input'),
    completionTokens: count('output'),
    totalTokens: count('total'),
  },
  required: ['promptTokens', 'completionTokens'],
  inclusions: ALL_INCLUDED,
};

/** Vercel AI SDK 5. For Claude, `inputTokens` is Anthropic's and leaves cached tokens out. */
export const aiSdk5: UsageTable = {
  rows: {
    inputTokens: count('input'),
    outputTokens: count('output'),
    totalTokens: count('total'),
    cachedInputTokens: count('cacheRead'),
    reasoningTokens: count('reasoning'),
  },
  required: ['inputTokens', 'outputTokens'],
  marks: ['cachedInputTokens', 'reasoningTokens'],
  inclusions: (_: Gathered, { model }: UsageFacts) =>
    model !== undefined && isClaude(model)
      ? { ...CACHE_BESIDE, isTotalWithoutCache: true }
      : ALL_INCLUDED,
};

/** Vercel AI SDK 6: totals include their details. It repeats two of them under their older names. */
export const aiSdk6: UsageTable = {
  rows: {
    inputTokens: count('input'),
    ...under('inputTokenDetails', {
      noCacheTokens: detailOf('input'),
      cacheReadTokens: count('cacheRead'),
      cacheWriteTokens: count('cacheWrite'),
    }),
    outputTokens: count('output'),
    ...under('outputTokenDetails', {
      textTokens: detailOf('output'),
      reasoningTokens: count('reasoning'),
    }),
    totalTokens: count('total'),
    cachedInputTokens: count('cacheRead'),
    reasoningTokens: count('reasoning'),
    raw: RAW,
  },
  required: ['inputTokens', 'outputTokens'],
  marks: ['inputTokenDetails', 'outputTokenDetails'],
  inclusions: ALL_INCLUDED,
};

/** The usage of a model of Vercel AI SDK 6. */
export const aiSdkModel: UsageTable = {
  rows: {
    ...under('inputTokens', {
      total: count('input'),
      noCache: detailOf('input'),
      cacheRead: count('cacheRead'),
      cacheWrite: count('cacheWrite'),
    }),
    ...under('outputTokens', {
      total: count('output'),
      text: detailOf('output'),
      reasoning: count('reasoning'),
    }),
    raw: RAW,
  },
  required: ['inputTokens.total', 'outputTokens.total'],
  inclusions: ALL_INCLUDED,
};

const COHERE: Rows = {
  ...under('billed_units', {
    input_tokens: count('input'),
    output_tokens: count('output'),
    search_units: count('queries'),
    images: count('images'),
    image_tokens: count('imageInputTokens'),
    classifications: count('classifications'),
  }),
  'tokens.input_tokens': free('billed_units says what is billed'),
  'tokens.output_tokens': free('billed_units says what is billed'),
  'tokens.image_tokens': free('billed_units says what is billed'),
  cached_tokens: free('billed_units says what is billed'),
  'api_version.version': free('a version'),
};

/** Cohere bills `billed_units`; its other counts include what it adds to a prompt. */
export const cohere: UsageTable = {
  rows: COHERE,
  required: ['billed_units'],
  inclusions: { ...ALL_INCLUDED, cacheInInput: false, isImageBesideInput: true },
};

/** Ollama. */
export const ollama: UsageTable = {
  rows: {
    prompt_eval_count: count('input'),
    eval_count: count('output'),
    total_duration: DURATION,
    load_duration: DURATION,
    prompt_eval_duration: DURATION,
    eval_duration: DURATION,
    'context[]': free('the conversation as numbers'),
    'embeddings[][]': free('the answer'),
  },
  required: ['prompt_eval_count'],
  inclusions: ALL_INCLUDED,
};

/** Mistral's OCR. */
export const pages: UsageTable = {
  rows: { pages_processed: count('pages'), doc_size_bytes: free('its pages are billed') },
  required: ['pages_processed'],
  inclusions: ALL_INCLUDED,
};
