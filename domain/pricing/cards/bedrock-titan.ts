import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, LITELLM } from './sources.ts';

/** Amazon Titan and the rerankers of Amazon on Amazon Bedrock. */
export const bedrockTitan: readonly CardFacts[] = [
  { model: 'amazon.titan-text-express-v1', source: AWS_LISTS, input: '0.2', output: '0.6' },
  { model: 'amazon.titan-text-lite-v1', source: AWS_LISTS, input: '0.15', output: '0.2' },
  { model: 'amazon.titan-text-premier-v1:0', source: AWS_LISTS, input: '0.5', output: '1.5' },
  { model: 'amazon.titan-embed-g1-text-02', source: LITELLM, input: '0.1', output: 'none' },
  { model: 'amazon.titan-embed-text-v1', source: LITELLM, input: '0.1', output: 'none' },
  { model: 'amazon.titan-embed-text-v2:0', source: LITELLM, input: '0.02', output: 'none' },
  {
    model: 'amazon.titan-embed-image-v1',
    source: LITELLM,
    input: '0.8',
    output: 'none',
    image: '0.00006',
  },
  {
    model: 'amazon.titan-image-generator-v2:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.008',
  },
  { model: 'amazon.rerank-v1:0', source: LITELLM, input: 'none', output: 'none', query: '0.001' },
];
