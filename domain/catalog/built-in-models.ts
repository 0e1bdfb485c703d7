import { BEDROCK_MODELS, RECOMMENDABLE_MODELS } from './bedrock-models.ts';
import { DIRECT_MODELS } from './direct-models.ts';
import { EMBEDDING_MODELS } from './embedding-models.ts';
import { type Catalog, createCatalog, modelOfRow } from './model.ts';
import { withProviderFacts } from './provider-facts.ts';

/** The models that ship with the product. */
export const builtInCatalog: Catalog = createCatalog(
  [
    ...RECOMMENDABLE_MODELS.map((row) => ({ ...modelOfRow(row), recommendable: true })),
    ...[...BEDROCK_MODELS, ...DIRECT_MODELS].map(modelOfRow),
    ...EMBEDDING_MODELS,
  ].map(withProviderFacts),
);
