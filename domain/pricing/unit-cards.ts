import { type CardFacts, cardsOf } from './card-facts.ts';
import type { RateCard } from './rate-card.ts';

/** Embeddings on Amazon Bedrock. They have no output, and some charge per input image. */
const EMBEDDINGS: CardFacts[] = [
  { model: 'amazon.titan-embed-g1-text-02', input: '0.1', output: 'none' },
  { model: 'amazon.titan-embed-text-v1', input: '0.1', output: 'none' },
  { model: 'amazon.titan-embed-text-v2:0', input: '0.02', output: 'none' },
  { model: 'amazon.titan-embed-image-v1', input: '0.8', output: 'none', image: '0.00006' },
  {
    model: 'amazon.nova-2-multimodal-embeddings-v1:0',
    input: '0.135',
    output: 'none',
    image: '0.00006',
  },
  { model: 'cohere.embed-english-v3', input: '0.1', output: 'none' },
  { model: 'cohere.embed-multilingual-v3', input: '0.1', output: 'none' },
  { model: 'cohere.embed-v4:0', input: '0.12', output: 'none' },
];

const perImage = (image: string, ...models: string[]): CardFacts[] =>
  models.map((model) => ({ model, input: 'none', output: 'none', image }));
const perQuery = (query: string, model: string): CardFacts => ({
  model,
  input: 'none',
  output: 'none',
  query,
});

/**
 * The list has one price per image for all sizes and qualities; if there are several, this is the
 * highest.
 */
const IMAGES: CardFacts[] = [
  ...perImage('0.06', 'amazon.nova-canvas-v1:0'),
  ...perImage('0.008', 'amazon.titan-image-generator-v2:0'),
  ...perImage('0.08', 'stability.stable-diffusion-xl-v1'),
  ...perImage('0.08', 'stability.sd3-large-v1:0', 'stability.sd3-5-large-v1:0'),
  ...perImage('0.04', 'stability.stable-image-core-v1:1'),
  ...perImage('0.14', 'stability.stable-image-ultra-v1:1'),
  ...perImage('0.03', 'stability.stable-fast-upscale-v1:0'),
  ...perImage('0.4', 'stability.stable-conservative-upscale-v1:0'),
  ...perImage('0.6', 'stability.stable-creative-upscale-v1:0'),
  ...perImage('0.06', 'stability.stable-outpaint-v1:0'),
  ...perImage('0.08', 'stability.stable-style-transfer-v1:0'),
  ...perImage(
    '0.07',
    'stability.stable-image-control-sketch-v1:0',
    'stability.stable-image-control-structure-v1:0',
    'stability.stable-image-erase-object-v1:0',
    'stability.stable-image-inpaint-v1:0',
    'stability.stable-image-remove-background-v1:0',
    'stability.stable-image-search-recolor-v1:0',
    'stability.stable-image-search-replace-v1:0',
    'stability.stable-image-style-guide-v1:0',
  ),
];

const RERANKERS: CardFacts[] = [
  perQuery('0.001', 'amazon.rerank-v1:0'),
  perQuery('0.002', 'cohere.rerank-v3-5:0'),
];

/** Amazon Bedrock models that are priced in units other than input and output tokens. */
export const unitCards: RateCard[] = cardsOf(
  { source: 'LiteLLM price table 2026-08', sourceDate: '2026-09-23' },
  [...EMBEDDINGS, ...IMAGES, ...RERANKERS],
);
