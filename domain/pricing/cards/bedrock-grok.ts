import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';

/** Grok of xAI on Amazon Bedrock. */
export const bedrockGrok: readonly CardFacts[] = [
  { model: 'xai.grok-4.3', source: AWS_LISTS, input: '1.25', output: '2.5', cacheRead: '0.2' },
];
