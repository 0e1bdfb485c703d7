import { builtInCatalog } from '../catalog/built-in-models.ts';
import { type Catalog, downgradeOf } from '../catalog/model.ts';
import { lacksRoom, unmetWish, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';

export type Candidates = {
  /** The requested model first; each model once. */
  models: string[];
  /** Catalog models that were considered but not selected. */
  leftOut: LeftOut[];
};

/** How many models are priced per request, unless the caller names more. */
const MAX_MODELS = 8;

/**
 * The models to price for a request: the requested one, the caller's candidates, then their cheaper
 * siblings. If the caller names no model, the catalog models that are good, fast and large enough.
 */
export function candidatesFor(wishes: Wishes, catalog: Catalog = builtInCatalog): Candidates {
  const { model, candidates = [] } = wishes;
  const named = [...(model === undefined ? [] : [model]), ...candidates];
  const start = named.length > 0 ? { models: named, leftOut: [] } : fromCatalog(wishes, catalog);
  return { ...start, models: withSiblings(start.models, catalog) };
}

function fromCatalog(wishes: Wishes, catalog: Catalog): Candidates {
  const recommendable = catalog.list().filter((entry) => entry.recommendable === true);
  const { kept, leftOut } = sift(
    recommendable,
    (entry) => unmetWish(wishes, entry) ?? (lacksRoom(wishes, entry) ? 'no-room' : undefined),
  );
  const tooMany = kept.slice(MAX_MODELS).map(leavingOut('too-many'));
  return {
    models: kept.slice(0, MAX_MODELS).map(({ model }) => model),
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
