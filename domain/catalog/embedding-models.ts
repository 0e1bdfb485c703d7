import type { CatalogModel } from './model.ts';

const embedding = (model: string, provider: string, contextTokens: number): CatalogModel => ({
  model,
  provider,
  family: 'embedding',
  contextTokens,
  // They answer with vectors, which are no tokens.
  maxOutputTokens: 1,
});

/** Models that turn text into vectors. Their inputs' lengths are as their makers publish them. */
export const EMBEDDING_MODELS: readonly CatalogModel[] = [
  embedding('amazon.titan-embed-text-v1', 'Amazon', 8192),
  embedding('amazon.titan-embed-text-v2:0', 'Amazon', 8192),
  embedding('cohere.embed-english-v3', 'Cohere', 512),
  embedding('cohere.embed-multilingual-v3', 'Cohere', 512),
  embedding('cohere.embed-v4:0', 'Cohere', 128_000),
];
