import type { Source } from '../card-facts.ts';

/** Where both have a price. Where they differ, genai-prices, because it follows cuts by AWS. */
export const AWS_LISTS: Source = {
  source: 'genai-prices 0.1.8 (aws) and LiteLLM price table 2026-08',
  sourceDate: '2026-09-23',
  pricesCheckedAt: '2026-11-30',
};
export const AWS_TIERS: Source = {
  source:
    'genai-prices 0.1.8 (aws) and LiteLLM price table 2026-08; tiers: AWS, 2025-11-18, and its Price List API as read by others on 2026-09-01',
  sourceDate: '2026-11-21',
  pricesCheckedAt: '2026-11-30',
};
export const LITELLM: Source = { source: 'LiteLLM price table 2026-08', sourceDate: '2026-09-23' };
export const GENAI_ANTHROPIC: Source = {
  source: 'genai-prices 0.1.8 (anthropic)',
  sourceDate: '2026-09-23',
  pricesCheckedAt: '2026-11-30',
};
export const GENAI_OPENAI: Source = {
  source: 'genai-prices 0.1.8 (openai)',
  sourceDate: '2026-09-23',
  pricesCheckedAt: '2026-11-30',
};
export const GENAI_GOOGLE: Source = {
  source: 'genai-prices 0.1.8 (google)',
  sourceDate: '2026-09-23',
};
export const GENAI_DEEPSEEK: Source = {
  source: 'genai-prices 0.1.8 (deepseek); before 2025-02-08 list prices recorded by aider',
  sourceDate: '2026-09-23',
};
export const GENAI_OPENROUTER: Source = {
  source: 'genai-prices 0.1.8 (openrouter)',
  sourceDate: '2026-11-21',
};
export const GENAI_MISTRAL: Source = {
  source: 'genai-prices 0.1.8 (mistral)',
  sourceDate: '2026-11-21',
};
/** The prices that the published log of aider applied to every request of a model. */
export const AIDER: Source = {
  source: 'list prices recorded by aider, 2024-08 to 2025-03',
  sourceDate: '2026-11-21',
};

/** Two readings that agree: AWS's own list, and the catalog of models.dev. */
export const AWS_REGIONS: Source = {
  source:
    'AWS Price List API, both service codes, as published by others on 2026-10-08; models.dev as packaged on 2026-11-20',
  sourceDate: '2026-11-30',
};
export const MODELS_DEV: Source = {
  source: 'models.dev as packaged on 2026-11-20',
  sourceDate: '2026-11-30',
};
/** Two lists that agree on input and output, and on cache reads where a card has them. */
export const GENAI_AND_MODELS_DEV: Source = {
  source: 'genai-prices 0.1.8 and models.dev as packaged on 2026-11-20, which agree',
  sourceDate: '2026-11-30',
};
/** The doubt about a card that a second list has not confirmed. */
export const ONE_LIST = 'read from one list only';
