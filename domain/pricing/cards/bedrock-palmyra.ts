import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';

/** Palmyra of Writer on Amazon Bedrock. */
export const bedrockPalmyra: readonly CardFacts[] = [
  { model: 'writer.palmyra-x4-v1:0', source: AWS_LISTS, input: '2.5', output: '10' },
  { model: 'writer.palmyra-x5-v1:0', source: AWS_LISTS, input: '0.6', output: '6' },
];
