import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';
import { OPEN_WEIGHTS } from './terms.ts';

/** Google Gemma on Amazon Bedrock. */
export const bedrockGemma: readonly CardFacts[] = [
  {
    model: 'google.gemma-3-4b-it',
    source: AWS_LISTS,
    input: '0.04',
    output: '0.08',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'google.gemma-3-12b-it',
    source: AWS_LISTS,
    input: '0.09',
    output: '0.29',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'google.gemma-3-27b-it',
    source: AWS_LISTS,
    input: '0.23',
    output: '0.38',
    ...OPEN_WEIGHTS,
  },
  { model: 'google.gemma-4-e2b', source: AWS_LISTS, input: '0.04', output: '0.08' },
  { model: 'google.gemma-4-26b-a4b', source: AWS_LISTS, input: '0.13', output: '0.4' },
  { model: 'google.gemma-4-31b', source: AWS_LISTS, input: '0.14', output: '0.4' },
];
