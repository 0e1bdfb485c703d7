import type { CardFacts } from '../card-facts.ts';
import { GENAI_AND_MODELS_DEV, MODELS_DEV } from './sources.ts';

/** GLM on Z.ai's own API. */
export const zaiGlm: readonly CardFacts[] = [
  {
    model: 'glm-4.7',
    source: MODELS_DEV,
    doubt: 'genai-prices lists it only at resellers, for less',
    input: '0.6',
    output: '2.2',
    cacheRead: '0.11',
  },
  {
    model: 'glm-5.2',
    source: GENAI_AND_MODELS_DEV,
    input: '1.4',
    output: '4.4',
    cacheRead: '0.26',
  },
  {
    model: 'glm-5.3',
    source: GENAI_AND_MODELS_DEV,
    input: '1.4',
    output: '4.4',
    cacheRead: '0.26',
  },
];
