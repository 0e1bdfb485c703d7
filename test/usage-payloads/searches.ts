import type { Payload } from './payload.ts';

const PERPLEXITY = 'https://docs.perplexity.ai/getting-started/pricing';

/** Perplexity and Cohere, which bill more than tokens. */
export const searches: readonly Payload[] = [
  {
    name: 'deep research, with reasoning and citations at prices of their own (cost 0.59962)',
    source: PERPLEXITY,
    model: 'sonar-deep-research',
    card: {
      inputUsdPerMillion: '2',
      outputUsdPerMillion: '8',
      units: { citationTokens: '2', reasoningTokens: '3', webSearches: '0.005' },
    },
    report: {
      usage: {
        prompt_tokens: 1188,
        completion_tokens: 4240,
        total_tokens: 5428,
        citation_tokens: 8014,
        num_search_queries: 54,
        reasoning_tokens: 92_431,
        cost: {
          input_tokens_cost: 0.00238,
          output_tokens_cost: 0.03392,
          citation_tokens_cost: 0.01603,
          reasoning_tokens_cost: 0.27729,
          search_queries_cost: 0.27,
          total_cost: 0.59962,
        },
      },
    },
    at: 'usage',
    terms: '1188 × 2 + 4240 × 8 + 8014 × 2 + 92431 × 3 + 54 × 5000',
    usd: '0.599617',
  },
  {
    name: 'a search that is billed by request',
    source: PERPLEXITY,
    model: 'sonar',
    card: { inputUsdPerMillion: '1', outputUsdPerMillion: '1', units: { queries: '0.005' } },
    report: {
      prompt_tokens: 14,
      completion_tokens: 250,
      total_tokens: 264,
      search_context_size: 'low',
      cost: {
        input_tokens_cost: 0.000014,
        output_tokens_cost: 0.00025,
        request_cost: 0.005,
        total_cost: 0.005264,
      },
    },
    terms: '14 × 1 + 250 × 1 + 1 × 5000',
    usd: '0.005264',
  },
  {
    name: 'Cohere, which bills less than it counts',
    source: 'https://docs.cohere.com/reference/chat',
    model: 'command-a-03-2025',
    card: { inputUsdPerMillion: '2.5', outputUsdPerMillion: '10' },
    report: {
      id: 'c14c80c3',
      finish_reason: 'COMPLETE',
      usage: {
        billed_units: { input_tokens: 5, output_tokens: 418 },
        tokens: { input_tokens: 71, output_tokens: 418 },
        cached_tokens: 64,
      },
    },
    at: 'usage',
    terms: '5 × 2.5 + 418 × 10',
    usd: '0.0041925',
  },
  {
    name: 'searches of a reranker',
    source: 'https://docs.cohere.com/reference/rerank',
    model: 'rerank-v3.5',
    card: { queryUsd: '0.002' },
    report: {
      results: [{ index: 3, relevance_score: 0.999 }],
      meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
    },
    at: 'meta',
    terms: '1 × 2000',
    usd: '0.002',
  },
  {
    name: 'embeddings of texts and images',
    source: 'https://docs.cohere.com/reference/embed',
    model: 'embed-v4.0',
    card: {
      inputUsdPerMillion: '0.12',
      outputUsdPerMillion: '0',
      units: { imageInputTokens: '0.47' },
      source: 'cohere.com, no output',
    },
    report: {
      meta: { billed_units: { input_tokens: 200, image_tokens: 300 } },
    },
    at: 'meta',
    terms: '200 × 0.12 + 300 × 0.47',
    usd: '0.000165',
  },
];
