import type { CardFacts } from '../card-facts.ts';
import { GENAI_AND_MODELS_DEV } from './sources.ts';

/** Only genai-prices lists the prices of long requests. */
const LONG = {
  longContext: { aboveInputTokens: 272_000, input: '60', output: '270' },
  doubt: 'only genai-prices lists the prices of long requests',
};

/** The pro models on OpenAI's own API, which have no discount for cached input. */
export const openaiPro: readonly CardFacts[] = [
  {
    model: 'o1-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['o1-pro-2025-03-19'],
    input: '150',
    output: '600',
  },
  {
    model: 'o3-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['o3-pro-2025-06-10'],
    input: '20',
    output: '80',
  },
  {
    model: 'gpt-5-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['gpt-5-pro-2025-10-06'],
    input: '15',
    output: '120',
  },
  {
    model: 'gpt-5.2-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['gpt-5.2-pro-2025-12-11'],
    input: '21',
    output: '168',
  },
  {
    model: 'gpt-5.4-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['gpt-5.4-pro-2026-03-05'],
    input: '30',
    output: '180',
    ...LONG,
  },
  {
    model: 'gpt-5.5-pro',
    source: GENAI_AND_MODELS_DEV,
    also: ['gpt-5.5-pro-2026-04-23'],
    input: '30',
    output: '180',
    ...LONG,
  },
];
