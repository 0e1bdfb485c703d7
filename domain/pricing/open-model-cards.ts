import { type CardFacts, cardsOf, type PriceFacts } from './card-facts.ts';
import type { Place } from './model-id.ts';
import type { RateCard } from './rate-card.ts';

/** The same prices in several regions. */
const inRegions = (input: string, output: string, ...regions: Place[]) =>
  Object.fromEntries(regions.map((region) => [region, { input, output }])) as Partial<
    Record<Place, PriceFacts>
  >;

const BATCH = { batchPercent: 50 };

/** Meta, Mistral AI and Qwen on Amazon Bedrock at us-east-1 prices, with exceptions by region. */
const META_MISTRAL_QWEN: CardFacts[] = [
  { model: 'meta.llama2-13b-chat-v1', input: '0.75', output: '1' },
  { model: 'meta.llama2-70b-chat-v1', input: '1.95', output: '2.56' },
  {
    model: 'meta.llama3-8b-instruct-v1:0',
    input: '0.3',
    output: '0.6',
    geographic: {
      ...inRegions('0.36', '0.72', 'ap-south-1'),
      ...inRegions('0.35', '0.69', 'ca-central-1'),
      ...inRegions('0.32', '0.65', 'eu-west-1'),
      ...inRegions('0.39', '0.78', 'eu-west-2'),
      ...inRegions('0.5', '1.01', 'sa-east-1'),
    },
  },
  {
    model: 'meta.llama3-70b-instruct-v1:0',
    input: '2.65',
    output: '3.5',
    geographic: {
      ...inRegions('3.18', '4.2', 'ap-south-1'),
      ...inRegions('3.05', '4.03', 'ca-central-1'),
      ...inRegions('2.86', '3.78', 'eu-west-1'),
      ...inRegions('3.45', '4.55', 'eu-west-2'),
      ...inRegions('4.45', '5.88', 'sa-east-1'),
    },
  },
  { model: 'meta.llama3-1-8b-instruct-v1:0', input: '0.22', output: '0.22', ...BATCH },
  { model: 'meta.llama3-1-70b-instruct-v1:0', input: '0.72', output: '0.72', ...BATCH },
  { model: 'meta.llama3-1-405b-instruct-v1:0', input: '5.32', output: '16', ...BATCH },
  {
    model: 'meta.llama3-2-1b-instruct-v1:0',
    input: '0.1',
    output: '0.1',
    geographic: { eu: { input: '0.13', output: '0.13' } },
  },
  {
    model: 'meta.llama3-2-3b-instruct-v1:0',
    input: '0.15',
    output: '0.15',
    geographic: { eu: { input: '0.19', output: '0.19' } },
  },
  { model: 'meta.llama3-2-11b-instruct-v1:0', input: '0.16', output: '0.16' },
  { model: 'meta.llama3-2-90b-instruct-v1:0', input: '0.72', output: '0.72' },
  { model: 'meta.llama3-3-70b-instruct-v1:0', input: '0.72', output: '0.72', ...BATCH },
  { model: 'meta.llama4-scout-17b-instruct-v1:0', input: '0.17', output: '0.66', ...BATCH },
  { model: 'meta.llama4-maverick-17b-instruct-v1:0', input: '0.24', output: '0.97', ...BATCH },
  {
    model: 'mistral.mistral-7b-instruct-v0:2',
    input: '0.15',
    output: '0.2',
    geographic: inRegions('0.2', '0.26', 'eu-west-3'),
  },
  {
    model: 'mistral.mixtral-8x7b-instruct-v0:1',
    input: '0.45',
    output: '0.7',
    geographic: inRegions('0.59', '0.91', 'eu-west-3'),
  },
  { model: 'mistral.mistral-small-2402-v1:0', input: '1', output: '3' },
  // 1.3 times the usual price in Paris, as for these makers' other models.
  {
    model: 'mistral.mistral-large-2402-v1:0',
    input: '4',
    output: '12',
    geographic: { 'eu-west-3': 130 },
  },
  { model: 'mistral.mistral-large-2407-v1:0', input: '3', output: '9' },
  { model: 'mistral.mistral-large-3-675b-instruct', input: '0.5', output: '1.5' },
  { model: 'mistral.ministral-3-3b-instruct', input: '0.1', output: '0.1' },
  { model: 'mistral.ministral-3-8b-instruct', input: '0.15', output: '0.15' },
  { model: 'mistral.ministral-3-14b-instruct', input: '0.2', output: '0.2' },
  { model: 'mistral.magistral-small-2509', input: '0.5', output: '1.5' },
  { model: 'mistral.devstral-2-123b', input: '0.4', output: '2' },
  { model: 'mistral.pixtral-large-2502-v1:0', input: '2', output: '6' },
  { model: 'qwen.qwen3-next-80b-a3b', input: '0.15', output: '1.2' },
  { model: 'qwen.qwen3-vl-235b-a22b', input: '0.53', output: '2.66' },
  {
    model: 'qwen.qwen3-coder-next',
    input: '0.5',
    output: '1.2',
    geographic: {
      ...inRegions('0.6', '1.44', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3', 'sa-east-1'),
      ...inRegions('0.6', '1.44', 'eu-central-1', 'eu-south-1', 'eu-west-1'),
      ...inRegions('0.78', '1.86', 'eu-west-2'),
    },
  },
];

const MINIMAX_REGIONS = {
  ...inRegions('0.36', '1.44', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3', 'sa-east-1'),
  ...inRegions('0.36', '1.44', 'eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-west-1'),
  ...inRegions('0.47', '1.86', 'eu-west-2'),
};

/** Other makers on Amazon Bedrock. */
const OTHERS: CardFacts[] = [
  { model: 'deepseek.r1-v1:0', input: '1.35', output: '5.4' },
  {
    model: 'deepseek.v3.2',
    input: '0.62',
    output: '1.85',
    geographic: {
      ...inRegions('0.74', '2.22', 'eu', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.74', '2.22', 'eu-north-1', 'sa-east-1'),
    },
  },
  { model: 'minimax.minimax-m2', input: '0.3', output: '1.2' },
  { model: 'minimax.minimax-m2.1', input: '0.3', output: '1.2', geographic: MINIMAX_REGIONS },
  {
    model: 'minimax.minimax-m2.5',
    input: '0.3',
    output: '1.2',
    geographic: { ...MINIMAX_REGIONS, ...inRegions('0.309', '1.236', 'ap-southeast-2') },
  },
  {
    model: 'moonshotai.kimi-k2-thinking',
    also: ['moonshot.kimi-k2-thinking'],
    input: '0.6',
    output: '2.5',
    geographic: {
      ...inRegions('0.73', '3.03', 'ap-northeast-1', 'sa-east-1'),
      ...inRegions('0.71', '2.94', 'ap-south-1'),
    },
  },
  {
    model: 'moonshotai.kimi-k2.5',
    input: '0.6',
    output: '3',
    geographic: {
      ...inRegions('0.72', '3.6', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.72', '3.6', 'eu-north-1', 'sa-east-1'),
    },
  },
  { model: 'zai.glm-4.7', input: '0.6', output: '2.2' },
  { model: 'zai.glm-4.7-flash', input: '0.07', output: '0.4' },
  { model: 'zai.glm-5', input: '1', output: '3.2' },
  { model: 'xai.grok-4.3', input: '1.25', output: '2.5', cacheRead: '0.2' },
  { model: 'nvidia.nemotron-nano-9b-v2:0', input: '0.06', output: '0.23' },
  { model: 'nvidia.nemotron-nano-12b-v2:0', input: '0.2', output: '0.6' },
  { model: 'nvidia.nemotron-nano-3-30b:0', input: '0.06', output: '0.24' },
  { model: 'nvidia.nemotron-super-3-120b:0', input: '0.15', output: '0.65' },
  { model: 'google.gemma-3-4b-it', input: '0.04', output: '0.08' },
  { model: 'google.gemma-3-12b-it', input: '0.09', output: '0.29' },
  { model: 'google.gemma-3-27b-it', input: '0.23', output: '0.38' },
  { model: 'google.gemma-4-e2b', input: '0.04', output: '0.08' },
  { model: 'google.gemma-4-26b-a4b', input: '0.13', output: '0.4' },
  { model: 'google.gemma-4-31b', input: '0.14', output: '0.4' },
  { model: 'writer.palmyra-x4-v1:0', input: '2.5', output: '10' },
  { model: 'writer.palmyra-x5-v1:0', input: '0.6', output: '6' },
  { model: 'cohere.command-text-v14', input: '1.5', output: '2' },
  { model: 'cohere.command-light-text-v14', input: '0.3', output: '0.6' },
  { model: 'cohere.command-r-v1:0', input: '0.5', output: '1.5' },
  { model: 'cohere.command-r-plus-v1:0', input: '3', output: '15' },
  { model: 'ai21.j2-mid-v1', input: '12.5', output: '12.5' },
  { model: 'ai21.j2-ultra-v1', input: '18.8', output: '18.8' },
  { model: 'ai21.jamba-instruct-v1:0', input: '0.5', output: '0.7' },
  { model: 'ai21.jamba-1-5-mini-v1:0', input: '0.2', output: '0.4' },
  { model: 'ai21.jamba-1-5-large-v1:0', input: '2', output: '8' },
];

export const openModelCards: RateCard[] = cardsOf(
  { source: 'genai-prices 0.1.8 (aws) and LiteLLM price table 2026-08', sourceDate: '2026-09-23' },
  [...META_MISTRAL_QWEN, ...OTHERS],
);
