import type { CardFacts } from '../card-facts.ts';
import { LITELLM } from './sources.ts';

/**
 * Stability AI on Amazon Bedrock. A price per image holds for all sizes and qualities; where the list
 * has several, this is the highest.
 */
export const bedrockStability: readonly CardFacts[] = [
  {
    model: 'stability.stable-diffusion-xl-v1',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.08',
  },
  {
    model: 'stability.sd3-large-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.08',
  },
  {
    model: 'stability.sd3-5-large-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.08',
  },
  {
    model: 'stability.stable-image-core-v1:1',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.04',
  },
  {
    model: 'stability.stable-image-ultra-v1:1',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.14',
  },
  {
    model: 'stability.stable-fast-upscale-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.03',
  },
  {
    model: 'stability.stable-conservative-upscale-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.4',
  },
  {
    model: 'stability.stable-creative-upscale-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.6',
  },
  {
    model: 'stability.stable-outpaint-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.06',
  },
  {
    model: 'stability.stable-style-transfer-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.08',
  },
  {
    model: 'stability.stable-image-control-sketch-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-control-structure-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-erase-object-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-inpaint-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-remove-background-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-search-recolor-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-search-replace-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
  {
    model: 'stability.stable-image-style-guide-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.07',
  },
];
