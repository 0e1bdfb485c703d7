import { cardsOf, type CardFacts, type PriceFacts } from './card-facts.ts';
import type { Geography } from './model-id.ts';
import type { RateCard } from './rate-card.ts';

/** USD per million tokens. Cache writes last five minutes or one hour. */
type ClaudePrices = [
  input: string,
  output: string,
  cacheRead: string,
  cacheWrite: string,
  cacheWriteOneHour?: string,
];

const claude = (
  ...[input, output, cacheRead, cacheWrite, cacheWriteOneHour]: ClaudePrices
): PriceFacts => ({
  input,
  output,
  cacheRead,
  cacheWrite,
  ...(cacheWriteOneHour === undefined ? {} : { cacheWriteOneHour }),
});

const FABLE_5 = claude('10', '50', '1', '12.5', '20');
const FABLE_5_1 = claude('10', '50', '0.25', '12.5', '20');
const OPUS_5_5 = claude('4', '20', '0.2', '5', '8');
const OPUS_5 = claude('5', '25', '0.5', '6.25', '10');
const OPUS_4 = claude('15', '75', '1.5', '18.75', '30');
const SONNET_5 = claude('2', '10', '0.2', '2.5', '4');
const SONNET = claude('3', '15', '0.3', '3.75', '6');
const HAIKU_4_5 = claude('1', '5', '0.1', '1.25', '2');
const HAIKU_3_5 = claude('0.8', '4', '0.08', '1', '1.6');

const LONG_SONNET = {
  longContext: { aboveInputTokens: 200_000, ...claude('6', '22.5', '0.6', '7.5', '12') },
};
const LONG_OPUS = {
  longContext: { aboveInputTokens: 200_000, ...claude('10', '37.5', '1', '12.5', '20') },
};

/** Batch inference is half the standard price (aws.amazon.com/bedrock/pricing, claude.com/pricing). */
const BATCH = { batchPercent: 50 };

/**
 * Claude 4.5 and later costs 10 % more if the request is bound to a place, and 20 % more in
 * GovCloud.
 */
const PREMIUM: Partial<Record<Geography, number>> = {
  us: 110,
  eu: 110,
  jp: 110,
  au: 110,
  apac: 110,
  'us-gov': 120,
  'in-region': 110,
};
const PLACED = { ...BATCH, geographic: PREMIUM };
/** Earlier models cost more only in GovCloud. */
const GOVERNED = { ...BATCH, geographic: { 'us-gov': 120 } };

/** Amazon Bedrock: global prices and the premiums of places. */
const BEDROCK: CardFacts[] = [
  { model: 'anthropic.claude-fable-5-1', ...FABLE_5_1, ...PLACED },
  { model: 'anthropic.claude-fable-5', ...FABLE_5, ...PLACED },
  { model: 'anthropic.claude-opus-5-5', ...OPUS_5_5, ...PLACED },
  { model: 'anthropic.claude-opus-5', ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-8', ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-7', ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-6-v1', ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-5-20251101-v1:0', ...OPUS_5, ...PLACED },
  { model: 'anthropic.claude-opus-4-1-20250805-v1:0', ...OPUS_4, ...BATCH },
  { model: 'anthropic.claude-opus-4-20250514-v1:0', ...OPUS_4, ...BATCH },
  { model: 'anthropic.claude-3-opus-20240229-v1:0', ...OPUS_4, ...BATCH },
  { model: 'anthropic.claude-sonnet-5', ...SONNET_5, ...PLACED },
  { model: 'anthropic.claude-sonnet-4-6', ...SONNET, ...PLACED },
  {
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    ...SONNET,
    ...PLACED,
    ...LONG_SONNET,
  },
  { model: 'anthropic.claude-sonnet-4-20250514-v1:0', ...SONNET, ...BATCH, ...LONG_SONNET },
  { model: 'anthropic.claude-3-7-sonnet-20250219-v1:0', ...SONNET, ...GOVERNED },
  { model: 'anthropic.claude-3-5-sonnet-20241022-v2:0', ...SONNET, ...GOVERNED },
  { model: 'anthropic.claude-3-sonnet-20240229-v1:0', ...SONNET, ...BATCH },
  { model: 'anthropic.claude-haiku-4-5-20251001-v1:0', ...HAIKU_4_5, ...PLACED },
  { model: 'anthropic.claude-3-5-haiku-20241022-v1:0', ...HAIKU_3_5, ...BATCH },
  {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    ...claude('0.25', '1.25', '0.025', '0.3125'),
    ...GOVERNED,
  },
  { model: 'anthropic.claude-v2:1', input: '8', output: '24' },
  {
    model: 'anthropic.claude-instant-v1',
    input: '0.8',
    output: '2.4',
    geographic: {
      'ap-northeast-1': { input: '2.23', output: '7.55' },
      'eu-central-1': { input: '2.48', output: '8.38' },
    },
  },
];

/**
 * Anthropic's own API. Opus and Sonnet 4.6 dropped the surcharge for long requests on 2026-03-13.
 */
const DIRECT: CardFacts[] = [
  { model: 'claude-fable-5-1', ...FABLE_5_1, ...BATCH },
  { model: 'claude-fable-5', ...FABLE_5, ...BATCH },
  { model: 'claude-opus-5-5', ...OPUS_5_5, ...BATCH },
  { model: 'claude-opus-5', ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-8', ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-7', ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-6', ...OPUS_5, ...BATCH, ...LONG_OPUS },
  { model: 'claude-opus-4-6', ...OPUS_5, ...BATCH, from: '2026-03-13' },
  { model: 'claude-opus-4-5', ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-1', ...OPUS_4, ...BATCH },
  { model: 'claude-opus-4', ...OPUS_4, ...BATCH, also: ['claude-opus-4-0'] },
  { model: 'claude-3-opus', ...OPUS_4, ...BATCH },
  { model: 'claude-sonnet-5', ...SONNET_5, ...BATCH },
  { model: 'claude-sonnet-4-6', ...SONNET, ...BATCH, ...LONG_SONNET },
  { model: 'claude-sonnet-4-6', ...SONNET, ...BATCH, from: '2026-03-13' },
  { model: 'claude-sonnet-4-5', ...SONNET, ...BATCH, ...LONG_SONNET },
  { model: 'claude-sonnet-4', ...SONNET, ...BATCH, ...LONG_SONNET, also: ['claude-sonnet-4-0'] },
  { model: 'claude-3-7-sonnet', ...SONNET, ...BATCH },
  { model: 'claude-3-5-sonnet', ...SONNET, ...BATCH },
  { model: 'claude-3-sonnet', ...SONNET, ...BATCH },
  { model: 'claude-haiku-4-5', ...HAIKU_4_5, ...BATCH },
  { model: 'claude-3-5-haiku', ...HAIKU_3_5, ...BATCH },
  { model: 'claude-3-haiku', ...claude('0.25', '1.25', '0.03', '0.3', '0.5'), ...BATCH },
];

export const anthropicCards: RateCard[] = [
  ...cardsOf(
    {
      source: 'genai-prices 0.1.8 (aws) and LiteLLM price table 2026-08',
      sourceDate: '2026-09-23',
    },
    BEDROCK,
  ),
  ...cardsOf({ source: 'genai-prices 0.1.8 (anthropic)', sourceDate: '2026-09-23' }, DIRECT),
];
