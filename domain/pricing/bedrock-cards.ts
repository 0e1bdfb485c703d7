import { cardsOf, type CardFacts } from './card-facts.ts';
import type { RateCard } from './rate-card.ts';

const IN_PLACE = { us: 110, eu: 110, jp: 110, au: 110, in: 110, apac: 110, 'in-region': 110 };

/**
 * Amazon's models at us-east-1 prices. Nova cache reads cost a quarter of the input price. Batch
 * inference, if offered, costs half the standard price.
 */
const AMAZON: CardFacts[] = [
  {
    model: 'amazon.nova-micro-v1:0',
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
    input: '2.1875',
    output: '17.5',
    cacheRead: '0.546875',
  },
  { model: 'amazon.titan-text-express-v1', input: '0.2', output: '0.6' },
  { model: 'amazon.titan-text-lite-v1', input: '0.15', output: '0.2' },
  { model: 'amazon.titan-text-premier-v1:0', input: '0.5', output: '1.5' },
];

const FLEX_AND_PRIORITY = { flexPercent: 50, priorityPercent: 175 };

/** Models that also have the tiers Flex and Priority. */
const TIERED: CardFacts[] = [
  {
    model: 'amazon.nova-pro-v1:0',
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
    input: '2.5',
    output: '12.5',
    cacheRead: '0.625',
    batchPercent: 50,
    ...FLEX_AND_PRIORITY,
  },
  {
    model: 'amazon.nova-2-lite-v1:0',
    input: '0.3',
    output: '2.5',
    cacheRead: '0.075',
    batchPercent: 50,
    ...FLEX_AND_PRIORITY,
    geographic: { us: 110, eu: 110, jp: 110, au: 110, apac: 110, 'in-region': 110 },
  },
  { model: 'deepseek.v3-v1:0', input: '0.58', output: '1.68', ...FLEX_AND_PRIORITY },
  { model: 'openai.gpt-oss-20b-1:0', input: '0.07', output: '0.3', ...FLEX_AND_PRIORITY },
  {
    model: 'openai.gpt-oss-120b-1:0',
    also: ['openai.gpt-oss-120b'],
    input: '0.15',
    output: '0.6',
    ...FLEX_AND_PRIORITY,
    geographic: {
      'ap-northeast-1': { input: '0.18', output: '0.73' },
      'ap-south-1': { input: '0.18', output: '0.71' },
      'ap-southeast-3': { input: '0.16', output: '0.62' },
      'eu-central-1': { input: '0.2', output: '0.79' },
      'eu-south-1': { input: '0.2', output: '0.79' },
      'eu-west-1': { input: '0.18', output: '0.7' },
      'eu-west-2': { input: '0.23', output: '0.93' },
      'sa-east-1': { input: '0.18', output: '0.73' },
    },
  },
  { model: 'qwen.qwen3-32b-v1:0', input: '0.15', output: '0.6', ...FLEX_AND_PRIORITY },
  { model: 'qwen.qwen3-235b-a22b-2507-v1:0', input: '0.22', output: '0.88', ...FLEX_AND_PRIORITY },
  { model: 'qwen.qwen3-coder-30b-a3b-v1:0', input: '0.15', output: '0.6', ...FLEX_AND_PRIORITY },
  { model: 'qwen.qwen3-coder-480b-a35b-v1:0', input: '0.45', output: '1.8', ...FLEX_AND_PRIORITY },
];

/**
 * GPT-5.6 launched on 2026-07-13. AWS cut its prices on 2026-07-30 (Luna, Terra) and 2026-08-21
 * (Sol).
 */
const OPENAI: CardFacts[] = [
  { model: 'openai.gpt-oss-20b', input: '0.075', output: '0.3' },
  { model: 'openai.gpt-oss-safeguard-20b', input: '0.07', output: '0.2' },
  { model: 'openai.gpt-oss-safeguard-120b', input: '0.15', output: '0.6' },
  {
    model: 'openai.gpt-5.4',
    input: '2.75',
    output: '16.5',
    cacheRead: '0.275',
    longContext: {
      aboveInputTokens: 271_999,
      input: '5.5',
      output: '24.75',
      cacheRead: '0.55',
    },
  },
  {
    model: 'openai.gpt-5.5',
    input: '5.5',
    output: '33',
    cacheRead: '0.55',
    longContext: { aboveInputTokens: 271_999, input: '11', output: '49.5', cacheRead: '1.1' },
  },
  {
    model: 'openai.gpt-5.6-luna',
    input: '1',
    output: '6',
    cacheRead: '0.1',
    cacheWrite: '1.25',
    geographic: IN_PLACE,
  },
  {
    model: 'openai.gpt-5.6-luna',
    from: '2026-07-30',
    input: '0.2',
    output: '1.2',
    cacheRead: '0.02',
    cacheWrite: '0.25',
    geographic: IN_PLACE,
    longContext: {
      aboveInputTokens: 271_999,
      input: '0.4',
      output: '1.8',
      cacheRead: '0.04',
      cacheWrite: '0.5',
    },
  },
  {
    model: 'openai.gpt-5.6-terra',
    input: '2.5',
    output: '15',
    cacheRead: '0.25',
    cacheWrite: '3.125',
    geographic: IN_PLACE,
  },
  {
    model: 'openai.gpt-5.6-terra',
    from: '2026-07-30',
    input: '2',
    output: '12',
    cacheRead: '0.2',
    cacheWrite: '2.5',
    geographic: IN_PLACE,
    longContext: {
      aboveInputTokens: 271_999,
      input: '4',
      output: '18',
      cacheRead: '0.4',
      cacheWrite: '5',
    },
  },
  {
    model: 'openai.gpt-5.6-sol',
    input: '5',
    output: '30',
    cacheRead: '0.5',
    cacheWrite: '6.25',
    geographic: IN_PLACE,
    longContext: {
      aboveInputTokens: 271_999,
      input: '10',
      output: '45',
      cacheRead: '1',
      cacheWrite: '12.5',
    },
  },
  {
    model: 'openai.gpt-5.6-sol',
    from: '2026-08-21',
    input: '4',
    output: '20',
    cacheRead: '0.4',
    cacheWrite: '5',
    geographic: IN_PLACE,
    longContext: {
      aboveInputTokens: 271_999,
      input: '8',
      output: '30',
      cacheRead: '0.8',
      cacheWrite: '10',
    },
  },
];

const LISTS = 'genai-prices 0.1.8 (aws) and LiteLLM price table 2026-08';

export const bedrockCards: RateCard[] = [
  ...cardsOf({ source: LISTS, sourceDate: '2026-09-23' }, [...AMAZON, ...OPENAI]),
  ...cardsOf(
    {
      source: `${LISTS}; tiers: AWS, 2025-11-18, and its Price List API as read by others on 2026-09-01`,
      sourceDate: '2026-11-21',
    },
    TIERED,
  ),
];
