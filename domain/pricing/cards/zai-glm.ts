import type { CardFacts } from '../card-facts.ts';
import { MODELS_DEV } from './sources.ts';

/** GLM on Z.ai's own API. */
export const zaiGlm: readonly CardFacts[] = [
  { model: 'glm-4.7', source: MODELS_DEV, input: '0.6', output: '2.2', cacheRead: '0.11' },
  { model: 'glm-5.2', source: MODELS_DEV, input: '1.4', output: '4.4', cacheRead: '0.26' },
  { model: 'glm-5.3', source: MODELS_DEV, input: '1.4', output: '4.4', cacheRead: '0.26' },
];
