import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, LITELLM } from './sources.ts';

/** Cohere on Amazon Bedrock. Rerankers charge per request. */
export const bedrockCohere: readonly CardFacts[] = [
  { model: 'cohere.command-text-v14', source: AWS_LISTS, input: '1.5', output: '2' },
  { model: 'cohere.command-light-text-v14', source: AWS_LISTS, input: '0.3', output: '0.6' },
  { model: 'cohere.command-r-v1:0', source: AWS_LISTS, input: '0.5', output: '1.5' },
  { model: 'cohere.command-r-plus-v1:0', source: AWS_LISTS, input: '3', output: '15' },
  { model: 'cohere.embed-english-v3', source: LITELLM, input: '0.1', output: 'none' },
  { model: 'cohere.embed-multilingual-v3', source: LITELLM, input: '0.1', output: 'none' },
  { model: 'cohere.embed-v4:0', source: LITELLM, input: '0.12', output: 'none' },
  { model: 'cohere.rerank-v3-5:0', source: LITELLM, input: 'none', output: 'none', query: '0.002' },
];
