import type { ModelApi } from '../gateway/wire-format.ts';
import { modelStem, parseModelId } from '../pricing/model-id.ts';

/** What a request may need of a model besides text: calls of tools, and images in its input. */
export const CAPABILITIES = ['tools', 'images'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Facts that may be assumed: stated for a maker's whole family, and measured for none of its models. */
export const ASSUMABLE_FACTS = ['quality', 'latencyMs', 'apis'] as const;
export type AssumableFact = (typeof ASSUMABLE_FACTS)[number];

/** How well a model does one kind of work, from 0 to 1, and how far that is known. */
export type TaskQuality = {
  /** The `operation` of the requests that it holds for. */
  task: string;
  quality: number;
  /** Standard error of `quality`. */
  uncertainty: number;
  source: string;
};

/**
 * What is known about a model besides its price. What is not known is absent. `quality` and
 * `latencyMs` are editorial priors (see the README in this folder); what settlements teach about
 * them is in `domain/selection/merits.ts`.
 */
export type CatalogModel = {
  /** The full id that callers use. */
  model: string;
  provider: string;
  family: string;
  contextTokens: number;
  maxOutputTokens: number;
  /** For work of any kind, 0 to 1. */
  quality?: number | undefined;
  /** Standard error of `quality`. Default: `EDITORIAL_UNCERTAINTY`, or `ASSUMED_UNCERTAINTY`. */
  qualityUncertainty?: number | undefined;
  /** Who says so. Default: `EDITORIAL_SOURCE`, or `ASSUMED_SOURCE`. */
  qualitySource?: string | undefined;
  /** Where the quality is known for one kind of work. */
  taskQualities?: readonly TaskQuality[] | undefined;
  /** The kind of work that it was made for: an `operation` of requests. */
  specialization?: string | undefined;
  /** How a registry of models rates it for its specialization, 0 to 1. */
  performanceScore?: number | undefined;
  /** Typical time to complete an answer of a few hundred tokens. */
  latencyMs?: number | undefined;
  /** Id of a cheaper model that handles the same requests. */
  downgradeTo?: string | undefined;
  /** May be chosen for a request that names no model. */
  recommendable?: boolean | undefined;
  /** The APIs that its provider serves it by. */
  apis?: readonly ModelApi[] | undefined;
  capabilities?: readonly Capability[] | undefined;
  /** Where its provider serves it. */
  regions?: readonly string[] | undefined;
  /** Which of these facts are assumed. */
  assumed?: readonly AssumableFact[] | undefined;
  /** From when its provider calls it outdated. Epoch ms. */
  legacyFromMs?: number | undefined;
  /** From when its provider serves it no more. Epoch ms. */
  endsAtMs?: number | undefined;
};

/** The editors rank models in steps of a few hundredths; a smaller difference means nothing. */
export const EDITORIAL_UNCERTAINTY = 0.05;
export const EDITORIAL_SOURCE = 'editorial: what makers and public leaderboards say, 2026-11';

/** The standard deviation of any quality from 0 to 1, each as likely: it says that nothing is known. */
export const ASSUMED_UNCERTAINTY = Math.round(Math.sqrt(1 / 12) * 1e4) / 1e4;
export const ASSUMED_SOURCE =
  'assumed: a guess for the family, not measured for this model, 2026-11';

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

/**
 * What the catalog says about a model's quality for one kind of work: stated for that work, or the
 * registry's score where the model was made for it, or its general quality.
 */
export function qualityPriorOf(
  entry: CatalogModel,
  task: string | undefined,
): Omit<TaskQuality, 'task'> | undefined {
  const stated = entry.taskQualities?.find((quality) => quality.task === task);
  if (stated) return stated;
  const { uncertainty, source } = qualityTermsOf(entry);
  const { performanceScore, quality } = entry;
  if (performanceScore !== undefined && task !== undefined && entry.specialization === task) {
    return { quality: performanceScore, uncertainty, source: 'performance score' };
  }
  return quality === undefined ? undefined : { quality, uncertainty, source };
}

/** How far an entry's general quality is known, and who says so. */
export function qualityTermsOf({
  assumed,
  qualityUncertainty,
  qualitySource,
}: CatalogModel): Pick<TaskQuality, 'uncertainty' | 'source'> {
  const [uncertainty, source] = assumed?.includes('quality')
    ? [ASSUMED_UNCERTAINTY, ASSUMED_SOURCE]
    : [EDITORIAL_UNCERTAINTY, EDITORIAL_SOURCE];
  return { uncertainty: qualityUncertainty ?? uncertainty, source: qualitySource ?? source };
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
