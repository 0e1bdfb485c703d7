import { modelStem, parseModelId } from '../pricing/model-id.ts';

/**
 * What is known of a model besides its price. `quality` and `latencyMs` are editorial priors (see the
 * README beside this file) until measured values take their place.
 */
export type CatalogModel = {
  /** Full id as callers write it. */
  model: string;
  provider: string;
  family: string;
  contextTokens: number;
  maxOutputTokens: number;
  /** 0 to 1. */
  quality?: number | undefined;
  /** Typical time to a whole answer of a few hundred tokens. */
  latencyMs?: number | undefined;
  /** Id of a cheaper model that takes the same requests. */
  downgradeTo?: string | undefined;
  /** May be chosen for a request that names no model. */
  recommendable?: boolean | undefined;
};

/** Models by every form of their name, in the order in which they were given. */
export type Catalog = {
  get(model: string): CatalogModel | undefined;
  list(): readonly CatalogModel[];
};

/** A catalogue in which later entries replace earlier ones of the same model. */
export function createCatalog(...entries: readonly (readonly CatalogModel[])[]): Catalog {
  const models = new Map(entries.flat().map((entry) => [modelStem(entry.model), entry]));
  const listed = [...models.values()];
  return { get: (model) => models.get(modelStem(model)), list: () => listed };
}

/** The cheaper sibling of a model, called through the same inference profile. */
export function downgradeOf(model: string, catalog: Catalog): string | undefined {
  const cheaper = catalog.get(model)?.downgradeTo;
  const { profile } = parseModelId(model);
  return cheaper === undefined || profile === undefined ? cheaper : `${profile}.${cheaper}`;
}

/** Model, provider, family, context, maximum output, quality, latency, cheaper model. */
export type ModelRow = [string, string, string, number, number, number, number, string?];

/** The entry that a row of facts states. */
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
