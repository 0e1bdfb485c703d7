import { modelStem, parseModelId } from '../pricing/model-id.ts';

/**
 * What is known about a model besides its price. `quality` and `latencyMs` are editorial priors
 * (see the README in this folder) until measured values replace them.
 */
export type CatalogModel = {
  /** The full id that callers use. */
  model: string;
  provider: string;
  family: string;
  contextTokens: number;
  maxOutputTokens: number;
  /** 0 to 1. */
  quality?: number | undefined;
  /** Typical time to complete an answer of a few hundred tokens. */
  latencyMs?: number | undefined;
  /** Id of a cheaper model that handles the same requests. */
  downgradeTo?: string | undefined;
  /** May be chosen for a request that names no model. */
  recommendable?: boolean | undefined;
};

/** Models by every form of their name, in the order they were added. */
export type Catalog = {
  get(model: string): CatalogModel | undefined;
  list(): readonly CatalogModel[];
};

/** Builds a catalog. Later entries replace earlier ones of the same model. */
export function createCatalog(...entries: readonly (readonly CatalogModel[])[]): Catalog {
  const models = new Map(entries.flat().map((entry) => [modelStem(entry.model), entry]));
  const catalogModels = [...models.values()];
  return { get: (model) => models.get(modelStem(model)), list: () => catalogModels };
}

/** The cheaper sibling of a model, with the same inference profile. */
export function downgradeOf(model: string, catalog: Catalog): string | undefined {
  const cheaper = catalog.get(model)?.downgradeTo;
  const { profile } = parseModelId(model);
  return cheaper === undefined || profile === undefined ? cheaper : `${profile}.${cheaper}`;
}

/** Model, provider, family, context, maximum output, quality, latency, cheaper model. */
export type ModelRow = [string, string, string, number, number, number, number, string?];

/** Converts a row of facts to a catalog entry. */
export const modelOfRow = ([
  model,
  provider,
  family,
  contextTokens,
  maxOutputTokens,
  quality,
  latencyMs,
  downgradeTo,
]: ModelRow): CatalogModel => ({
  model,
  provider,
  family,
  contextTokens,
  maxOutputTokens,
  quality,
  latencyMs,
  downgradeTo,
});
