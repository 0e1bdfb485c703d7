import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';

/** AI21 Labs on Amazon Bedrock. */
export const bedrockAi21: readonly CardFacts[] = [
  { model: 'ai21.j2-mid-v1', source: AWS_LISTS, input: '12.5', output: '12.5' },
  { model: 'ai21.j2-ultra-v1', source: AWS_LISTS, input: '18.8', output: '18.8' },
  { model: 'ai21.jamba-instruct-v1:0', source: AWS_LISTS, input: '0.5', output: '0.7' },
  { model: 'ai21.jamba-1-5-mini-v1:0', source: AWS_LISTS, input: '0.2', output: '0.4' },
  { model: 'ai21.jamba-1-5-large-v1:0', source: AWS_LISTS, input: '2', output: '8' },
];
