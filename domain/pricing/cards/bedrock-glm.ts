import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';

/** GLM of Z.ai on Amazon Bedrock. */
export const bedrockGlm: readonly CardFacts[] = [
  { model: 'zai.glm-4.7', source: AWS_LISTS, input: '0.6', output: '2.2' },
  { model: 'zai.glm-4.7-flash', source: AWS_LISTS, input: '0.07', output: '0.4' },
  { model: 'zai.glm-5', source: AWS_LISTS, input: '1', output: '3.2' },
];
