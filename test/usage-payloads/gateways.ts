import type { Payload } from './payload.ts';

/** OpenRouter and LiteLLM. */
export const gateways: readonly Payload[] = [
  {
    name: 'OpenRouter with what it charges',
    source: 'https://openrouter.ai/docs/use-cases/usage-accounting',
    model: 'openrouter/openai/gpt-4o',
    report: {
      usage: {
        completion_tokens: 2,
        completion_tokens_details: { reasoning_tokens: 0 },
        cost: 0.95,
        cost_details: { upstream_inference_cost: null },
        is_byok: false,
        prompt_tokens: 194,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0 },
        total_tokens: 196,
      },
    },
    at: 'usage',
    terms: '194 × 2.5 + 2 × 10',
    usd: '0.000505',
  },
  {
    name: 'OpenRouter with a cache that was written',
    source: 'https://github.com/anomalyco/opencode/issues/18440',
    model: 'openrouter/anthropic/claude-3.7-sonnet',
    report: {
      prompt_tokens: 12_000,
      completion_tokens: 400,
      total_tokens: 12_400,
      prompt_tokens_details: { cached_tokens: 10_318, cache_write_tokens: 1500 },
    },
    terms: '182 × 3 + 10318 × 0.3 + 1500 × 3.75 + 400 × 15',
    usd: '0.0152664',
  },
  {
    name: 'LiteLLM with a cache write of one hour',
    source: 'https://github.com/BerriAI/litellm/pull/36762',
    model: 'claude-opus-4-8',
    report: {
      prompt_tokens: 8865,
      completion_tokens: 4,
      total_tokens: 8869,
      cache_creation_input_tokens: 8851,
      cache_read_input_tokens: 0,
      prompt_tokens_details: {
        text_tokens: 14,
        cache_creation_tokens: 8851,
        cache_creation_token_details: {
          ephemeral_5m_input_tokens: 0,
          ephemeral_1h_input_tokens: 8851,
        },
      },
    },
    terms: '14 × 5 + 8851 × 10 + 4 × 25',
    usd: '0.08868',
  },
  {
    name: 'LiteLLM with web searches of Claude',
    source: 'https://github.com/BerriAI/litellm/issues/15227',
    model: 'claude-sonnet-4-5',
    report: {
      total_tokens: 10_076,
      prompt_tokens: 9548,
      server_tool_use: { web_search_requests: 2 },
      completion_tokens: 528,
    },
    terms: '9548 × 3 + 528 × 15 + 2 × 10000',
    usd: '0.056564',
  },
  {
    name: 'LiteLLM with images and reasoning of a realtime model',
    source: 'https://github.com/BerriAI/litellm/pull/39850',
    model: 'gpt-realtime-2.1-mini',
    card: {
      inputUsdPerMillion: '0.6',
      outputUsdPerMillion: '2.4',
      cacheReadUsdPerMillion: '0.06',
    },
    report: {
      total_tokens: 375,
      prompt_tokens: 346,
      completion_tokens: 29,
      prompt_tokens_details: {
        text_tokens: 152,
        audio_tokens: 0,
        image_tokens: 194,
        video_tokens: 0,
        cached_tokens: 322,
      },
      completion_tokens_details: {
        text_tokens: 10,
        audio_tokens: 0,
        image_tokens: 0,
        video_tokens: 0,
        reasoning_tokens: 19,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    terms: '24 × 0.6 + 322 × 0.06 + 29 × 2.4',
    usd: '0.00010332',
  },
];
