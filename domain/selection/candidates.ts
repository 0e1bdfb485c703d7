import { type Catalog, type CatalogModel, downgradeOf } from '../catalog/model.ts';
import { DEFAULT_SEVERITY, isAtLeast } from '../severity.ts';
import { unmetWish, whyUnfit, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';
import { knownQuality } from './merits.ts';
import type { Supply } from './supply.ts';

export type Candidates = {
  /** The requested model first; each model once. */
  models: string[];
  /** Catalog models that were considered but not selected. */
  leftOut: LeftOut[];
};

/** How many models are priced per request, unless the caller names more. */
const MAX_MODELS = 8;

/**
 * The models that may serve a request. Candidates are a closed list: the requested model, then the
 * candidates. Without candidates, the requested model and its cheaper siblings. If the caller names
 * no model, the catalog models that are good, fast and large enough, and their siblings. A caller
 * who refuses downgrades gets the requested model only.
 */
export function candidatesFor(wishes: Wishes, supply: Supply): Candidates {
  const { catalog } = supply;
  const { model, candidates, downgrade } = wishes;
  const requestedModels = model === undefined ? [] : [model];
  if (downgrade === false && model !== undefined) return { models: requestedModels, leftOut: [] };
  if (candidates) return { models: [...new Set([...requestedModels, ...candidates])], leftOut: [] };
  const start =
    model === undefined ? fromCatalog(wishes, supply) : { models: requestedModels, leftOut: [] };
  return downgrade === false ? start : { ...start, models: withSiblings(start.models, catalog) };
}

/**
 * Whether a caller keeps a request from every cheaper sibling of the model that would serve it. A
 * control that asks for a cheaper model refuses such a request.
 */
export function refusesSiblings(
  { candidates, downgrade }: Wishes,
  model: string,
  catalog: Catalog,
): boolean {
  return (
    (candidates !== undefined || downgrade === false) && downgradeOf(model, catalog) !== undefined
  );
}

function fromCatalog(wishes: Wishes, { catalog, meritsOf, nowMs }: Supply): Candidates {
  const { severity = DEFAULT_SEVERITY } = wishes;
  const qualityOf = (entry: CatalogModel): number => knownQuality(meritsOf(entry)) ?? 0;
  const recommendable = catalog.list().filter((entry) => entry.recommendable === true);
  const { kept, leftOut } = sift(
    recommendable,
    (entry) => unmetWish(wishes, meritsOf(entry)) ?? whyUnfit(wishes, entry, nowMs),
  );
  // The cheapest models come first, and would leave no room for those that the work needs.
  const best = isAtLeast(severity, 'high')
    ? kept.toSorted((left, right) => qualityOf(right) - qualityOf(left))
    : kept;
  const tooMany = best.slice(MAX_MODELS).map(leavingOut('too-many'));
  return {
    models: best.slice(0, MAX_MODELS).map(({ model }) => model),
    leftOut: [...leftOut, ...tooMany],
  };
}

/** Adds the whole chain of cheaper siblings of each model, up to the limit. */
function withSiblings(models: string[], catalog: Catalog): string[] {
  const all = new Set(models);
  // Iterating over a set also visits what is added during the loop.
  for (const model of all) {
    const cheaper = downgradeOf(model, catalog);
    if (all.size < MAX_MODELS && cheaper !== undefined) all.add(cheaper);
  }
  return [...all];
}
