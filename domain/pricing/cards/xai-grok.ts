import type { CardFacts } from '../card-facts.ts';
import { GENAI_AND_MODELS_DEV, MODELS_DEV, ONE_LIST } from './sources.ts';

/** Grok on xAI's own API. A request is long above 200,000 input tokens. */
export const xaiGrok: readonly CardFacts[] = [
  {
    model: 'grok-4.3',
    source: GENAI_AND_MODELS_DEV,
    input: '1.25',
    output: '2.5',
    cacheRead: '0.2',
    longContext: { aboveInputTokens: 200_000, input: '2.5', output: '5', cacheRead: '0.4' },
  },
  {
    model: 'grok-4.6',
    source: GENAI_AND_MODELS_DEV,
    input: '2',
    output: '6',
    cacheRead: '0.5',
    longContext: { aboveInputTokens: 200_000, input: '4', output: '12', cacheRead: '1' },
  },
  {
    model: 'grok-4.7',
    source: MODELS_DEV,
    doubt: ONE_LIST,
    input: '2',
    output: '6',
    cacheRead: '0.5',
    longContext: { aboveInputTokens: 200_000, input: '4', output: '12', cacheRead: '1' },
  },
];
