import type { CardFacts } from '../card-facts.ts';
import { AIDER, GENAI_MISTRAL } from './sources.ts';

/** Mistral AI's own API. */
export const mistral: readonly CardFacts[] = [
  {
    model: 'codestral-latest',
    source: GENAI_MISTRAL,
    from: '2025-01-13',
    input: '0.3',
    output: '0.9',
  },
  {
    model: 'mistral-large-2411',
    source: GENAI_MISTRAL,
    also: ['mistral-large-latest'],
    input: '2',
    output: '6',
  },
  { model: 'mixtral-8x7b', source: GENAI_MISTRAL, input: '0.7', output: '0.7' },
  { model: 'mixtral-8x22b-instruct', source: GENAI_MISTRAL, input: '0.9', output: '0.9' },
  { model: 'codestral-latest', source: AIDER, input: '1', output: '3' },
];
