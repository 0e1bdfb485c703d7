import type { CardFacts } from '../card-facts.ts';
import type { Geography } from '../model-id.ts';
import {
  FABLE_5,
  FABLE_5_1,
  FABLE_5_2,
  HAIKU_3_5,
  HAIKU_4_5,
  HAIKU_5_5,
  LONG_SONNET,
  OPUS_4,
  OPUS_5,
  OPUS_5_5,
  SONNET,
  SONNET_5,
  SONNET_5_5,
  SONNET_5_5_READS,
  claude,
} from './claude-prices.ts';
import { AWS_LISTS, AWS_REGIONS, MODELS_DEV, ONE_LIST } from './sources.ts';
import { BATCH } from './terms.ts';

/**
 * Claude 4.5 and later costs 10 % more if the request is bound to a place, and 20 % more in
 * GovCloud.
 */
const PREMIUM: Partial<Record<Geography, number>> = {
  us: 110,
  eu: 110,
  jp: 110,
  au: 110,
  in: 110,
  ca: 110,
  apac: 110,
  'us-gov': 120,
  'in-region': 110,
};
const PLACED = { ...BATCH, geographic: PREMIUM };
/** Earlier models cost more only in GovCloud. */
const GOVERNED = { ...BATCH, sameEverywhere: true, geographic: { 'us-gov': 120 } };
const UNIFORM = { ...BATCH, sameEverywhere: true };

/** Claude on Amazon Bedrock: global prices and the premiums of places. */
export const bedrockClaude: readonly CardFacts[] = [
  { model: 'anthropic.claude-fable-5-1', source: AWS_LISTS, ...FABLE_5_1, ...PLACED },
  { model: 'anthropic.claude-fable-5', source: AWS_LISTS, ...FABLE_5, ...PLACED },
  { model: 'anthropic.claude-opus-5-5', source: AWS_LISTS, ...OPUS_5_5, ...PLACED },
  { model: 'anthropic.claude-opus-5', source: AWS_LISTS, ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-8', source: AWS_LISTS, ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-7', source: AWS_LISTS, ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-6-v1', source: AWS_LISTS, ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-5-20251101-v1:0', source: AWS_LISTS, ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-1-20250805-v1:0', source: AWS_LISTS, ...OPUS_4, ...UNIFORM },
  { model: 'anthropic.claude-opus-4-20250514-v1:0', source: AWS_LISTS, ...OPUS_4, ...UNIFORM },
  { model: 'anthropic.claude-3-opus-20240229-v1:0', source: AWS_LISTS, ...OPUS_4, ...UNIFORM },
  {
    model: 'anthropic.claude-fable-5-2',
    source: MODELS_DEV,
    ...FABLE_5_2,
    ...PLACED,
    doubt: ONE_LIST,
  },
  {
    model: 'anthropic.claude-sonnet-5-5',
    source: AWS_REGIONS,
    ...SONNET_5,
    ...PLACED,
    doubt: SONNET_5_5_READS,
  },
  {
    model: 'anthropic.claude-sonnet-5-5',
    from: '2026-10-07',
    source: AWS_REGIONS,
    ...SONNET_5_5,
    ...PLACED,
    doubt: SONNET_5_5_READS,
  },
  { model: 'anthropic.claude-sonnet-5', source: AWS_LISTS, ...SONNET_5, ...PLACED },
  { model: 'anthropic.claude-sonnet-4-6', source: AWS_LISTS, ...SONNET, ...PLACED },
  {
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    source: AWS_LISTS,
    ...SONNET,
    ...PLACED,
    ...LONG_SONNET,
  },
  {
    model: 'anthropic.claude-sonnet-4-20250514-v1:0',
    source: AWS_LISTS,
    ...SONNET,
    ...UNIFORM,
    ...LONG_SONNET,
  },
  { model: 'anthropic.claude-3-7-sonnet-20250219-v1:0', source: AWS_LISTS, ...SONNET, ...GOVERNED },
  { model: 'anthropic.claude-3-5-sonnet-20241022-v2:0', source: AWS_LISTS, ...SONNET, ...GOVERNED },
  { model: 'anthropic.claude-3-sonnet-20240229-v1:0', source: AWS_LISTS, ...SONNET, ...UNIFORM },
  { model: 'anthropic.claude-haiku-5-5', source: AWS_REGIONS, ...HAIKU_5_5, ...PLACED },
  { model: 'anthropic.claude-haiku-4-5-20251001-v1:0', source: AWS_LISTS, ...HAIKU_4_5, ...PLACED },
  {
    model: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    source: AWS_LISTS,
    ...HAIKU_3_5,
    ...UNIFORM,
  },
  {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    source: AWS_LISTS,
    ...claude('0.25', '1.25', '0.025', '0.3125'),
    ...GOVERNED,
  },
  { model: 'anthropic.claude-v2:1', source: AWS_LISTS, input: '8', output: '24' },
  {
    model: 'anthropic.claude-instant-v1',
    source: AWS_LISTS,
    input: '0.8',
    output: '2.4',
    geographic: {
      'ap-northeast-1': { input: '2.23', output: '7.55' },
      'eu-central-1': { input: '2.48', output: '8.38' },
    },
  },
];
