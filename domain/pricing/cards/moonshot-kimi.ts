import type { CardFacts } from '../card-facts.ts';
import { GENAI_AND_MODELS_DEV } from './sources.ts';

/** Kimi on Moonshot AI's own API. */
export const moonshotKimi: readonly CardFacts[] = [
  {
    model: 'kimi-k2.6',
    source: GENAI_AND_MODELS_DEV,
    input: '0.95',
    output: '4',
    cacheRead: '0.16',
  },
  { model: 'kimi-k3', source: GENAI_AND_MODELS_DEV, input: '3', output: '15', cacheRead: '0.3' },
];
