import type { ModelApi } from '../gateway/wire-format.ts';
import {
  ASSUMABLE_FACTS,
  type AssumableFact,
  type CatalogModel,
  type Capability,
} from './model.ts';

type Facts = {
  apis?: readonly ModelApi[];
  capabilities?: readonly Capability[];
  regions?: readonly string[];
  assumed?: readonly AssumableFact[];
};

const CONVERSE: readonly ModelApi[] = ['converse', 'invoke'];
const CLAUDE: readonly ModelApi[] = ['converse', 'messages', 'invoke'];
const GPT_OSS: readonly ModelApi[] = ['converse', 'chat', 'responses', 'invoke'];
const OPEN_WEIGHTS: readonly ModelApi[] = ['converse', 'chat', 'invoke'];
const GPT: readonly ModelApi[] = ['chat', 'responses'];
const EMBEDDINGS: readonly ModelApi[] = ['embeddings', 'invoke'];

/** What the catalog says of these makers' models was guessed for the whole family. */
const GUESSED: Facts = { apis: CONVERSE, assumed: ASSUMABLE_FACTS };

const TOOLS: readonly Capability[] = ['tools'];
const TOOLS_AND_IMAGES: readonly Capability[] = ['tools', 'images'];
const TEXT_ONLY: readonly Capability[] = [];

// prettier-ignore
const NOVA_REGIONS = [
  'us-east-1', 'us-east-2', 'us-west-2', 'us-gov-west-1', 'ap-northeast-1', 'ap-northeast-2',
  'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'eu-central-1', 'eu-north-1', 'eu-south-1',
  'eu-south-2', 'eu-west-1', 'eu-west-3',
];
const US_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];

/**
 * What providers say about models whose ids begin like this; the longest beginning that fits counts.
 * APIs: AWS, "API compatibility" and "APIs supported by Amazon Bedrock", and TanStack AI's page on
 * Bedrock for open weights; capabilities: AWS,
 * "Supported models and model features" of Converse; regions: AWS, "Supported Regions and models"
 * for model copy and batch inference, each as of 2026-11. They change every few weeks: an own entry
 * (`PUT /v1/models/{model}`) replaces what is outdated. What these pages do not say is absent.
 */
// prettier-ignore
const FACTS: Readonly<Record<string, Facts>> = {
  'ai21.jamba-instruct': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'ai21.jamba-1-5': { apis: CONVERSE, capabilities: TOOLS, regions: ['us-east-1'] },
  'amazon.nova-': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES },
  'amazon.nova-micro': { apis: CONVERSE, capabilities: TOOLS, regions: NOVA_REGIONS },
  'amazon.nova-lite': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES, regions: NOVA_REGIONS },
  'amazon.nova-pro': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES, regions: NOVA_REGIONS },
  'amazon.nova-premier': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES, regions: US_REGIONS },
  'amazon.titan-text': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'amazon.titan-embed': { apis: EMBEDDINGS },
  'anthropic.claude-': { apis: CLAUDE, capabilities: TOOLS_AND_IMAGES },
  'anthropic.claude-3-5-haiku': { apis: CLAUDE, capabilities: TOOLS },
  'anthropic.claude-instant': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'anthropic.claude-v2': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'claude-': { apis: ['messages'], capabilities: TOOLS_AND_IMAGES },
  'cohere.command-': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'cohere.command-r': { apis: CONVERSE, capabilities: TOOLS },
  'cohere.embed': { apis: EMBEDDINGS },
  'deepseek.': { apis: OPEN_WEIGHTS, capabilities: TOOLS },
  'deepseek.r1': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'deepseek-': { apis: ['chat'] },
  'gemini-': { apis: ['chat'], capabilities: TOOLS_AND_IMAGES },
  'google.gemma': { apis: OPEN_WEIGHTS },
  'gpt-': { apis: GPT, capabilities: TOOLS_AND_IMAGES },
  'gpt-3.5': { apis: GPT, capabilities: TOOLS },
  'meta.llama3-': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'meta.llama3-1': { apis: CONVERSE, capabilities: TOOLS },
  'meta.llama3-2': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES },
  'meta.llama3-2-1b': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'meta.llama3-2-3b': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'meta.llama3-3': { apis: CONVERSE, capabilities: TOOLS },
  'meta.llama4': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES },
  'minimax.': GUESSED,
  'mistral.': { apis: CONVERSE },
  'mistral.mistral-7b': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'mistral.mixtral': { apis: CONVERSE, capabilities: TEXT_ONLY },
  'mistral.mistral-small': { apis: CONVERSE, capabilities: TOOLS },
  'mistral.mistral-large': { apis: CONVERSE, capabilities: TOOLS },
  'mistral.pixtral': { apis: CONVERSE, capabilities: TOOLS_AND_IMAGES },
  'moonshotai.': GUESSED,
  'nvidia.': GUESSED,
  o1: { apis: GPT },
  o3: { apis: GPT },
  o4: { apis: GPT },
  'openai.gpt-5': { apis: GPT, capabilities: TOOLS_AND_IMAGES },
  'openai.gpt-oss': { apis: GPT_OSS, capabilities: TOOLS },
  'qwen.': { apis: OPEN_WEIGHTS, capabilities: TOOLS },
  'qwen.qwen3-vl': { apis: OPEN_WEIGHTS, capabilities: TOOLS_AND_IMAGES },
  'writer.': GUESSED,
  'xai.': GUESSED,
  'zai.': { apis: OPEN_WEIGHTS },
};

/**
 * The days from which providers serve models no more: AWS, "Model lifecycle", and Anthropic, "Model
 * deprecations".
 */
const END_DAYS: Readonly<Record<string, string>> = {
  'anthropic.claude-instant-v1': '2025-07-21',
  'anthropic.claude-v2:1': '2025-07-21',
  'anthropic.claude-3-7-sonnet-20250219-v1:0': '2026-04-28',
  'claude-3-sonnet-20240229': '2025-07-21',
  'claude-3-5-sonnet-20241022': '2025-10-28',
  'claude-3-opus-20240229': '2026-01-05',
  'claude-3-5-haiku-20241022': '2026-02-19',
  'claude-3-7-sonnet-20250219': '2026-02-19',
};

const longestFirst = Object.entries(FACTS).toSorted(
  ([left], [right]) => right.length - left.length,
);

/** What the provider of a model says about it, whether the catalog has the model or not. */
export const providerFactsOf = (model: string): Facts =>
  longestFirst.find(([start]) => model.startsWith(start))?.[1] ?? {};

/** An entry with what its provider says about it. */
export function withProviderFacts(entry: CatalogModel): CatalogModel {
  const facts = providerFactsOf(entry.model);
  const [, day] = Object.entries(END_DAYS).find(([model]) => model === entry.model) ?? [];
  return {
    ...entry,
    ...facts,
    ...(day === undefined ? {} : { endsAtMs: Date.parse(`${day}T00:00:00Z`) }),
  };
}
