import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_TIERS, LITELLM } from './sources.ts';
import { FLEX_AND_PRIORITY } from './terms.ts';

/** Amazon Nova on Amazon Bedrock at us-east-1 prices. A cache read costs a quarter of the input. */
export const bedrockNova: readonly CardFacts[] = [
  {
    model: 'amazon.nova-micro-v1:0',
    source: AWS_LISTS,
    input: '0.035',
    output: '0.14',
    cacheRead: '0.00875',
    batchPercent: 50,
    geographic: {
      eu: { input: '0.046', output: '0.184' },
      apac: { input: '0.037', output: '0.148' },
    },
  },
  {
    model: 'amazon.nova-lite-v1:0',
    source: AWS_LISTS,
    input: '0.06',
    output: '0.24',
    cacheRead: '0.015',
    batchPercent: 50,
    geographic: {
      eu: { input: '0.078', output: '0.312' },
      apac: { input: '0.063', output: '0.252' },
    },
  },
  {
    model: 'amazon.nova-2-pro-preview-20251202-v1:0',
    source: AWS_LISTS,
    input: '2.1875',
    output: '17.5',
    cacheRead: '0.546875',
  },
  {
    model: 'amazon.nova-pro-v1:0',
    source: AWS_TIERS,
    input: '0.8',
    output: '3.2',
    cacheRead: '0.2',
    batchPercent: 50,
    ...FLEX_AND_PRIORITY,
    geographic: {
      eu: { input: '1.05', output: '4.2' },
      apac: { input: '0.84', output: '3.36' },
      'us-gov': 120,
    },
  },
  {
    model: 'amazon.nova-premier-v1:0',
    source: AWS_TIERS,
    input: '2.5',
    output: '12.5',
    cacheRead: '0.625',
    batchPercent: 50,
    ...FLEX_AND_PRIORITY,
  },
  {
    model: 'amazon.nova-2-lite-v1:0',
    source: AWS_TIERS,
    input: '0.3',
    output: '2.5',
    cacheRead: '0.075',
    batchPercent: 50,
    ...FLEX_AND_PRIORITY,
    geographic: { us: 110, eu: 110, jp: 110, au: 110, apac: 110, 'in-region': 110 },
  },
  {
    model: 'amazon.nova-2-multimodal-embeddings-v1:0',
    source: LITELLM,
    input: '0.135',
    output: 'none',
    image: '0.00006',
  },
  {
    model: 'amazon.nova-canvas-v1:0',
    source: LITELLM,
    input: 'none',
    output: 'none',
    image: '0.06',
  },
];
