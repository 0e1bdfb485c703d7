import { builtInCatalog } from '../catalog/built-in-models.ts';
import { type Catalog, downgradeOf } from '../catalog/model.ts';
import { lacksRoom, unmetWish, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';

export type Candidates = {
  /** The model asked for first; each once. */
  models: string[];
  /** Models of the catalog that might have been chosen and were not. */
  leftOut: LeftOut[];
};

/** So many models are priced for one request, unless the caller names more. */
const MAX_MODELS = 8;

/**
 * The models that may serve a request: the one asked for, every candidate, then their cheaper
 * siblings; where the caller names none, models of the catalog that are good, fast and large enough.
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

/** Models, then the whole chain of cheaper siblings of each, while there are few. */
function withSiblings(models: string[], catalog: Catalog): string[] {
  const all = new Set(models);
  // A set that grows while it is walked also visits what was added.
  for (const model of all) {
    const cheaper = downgradeOf(model, catalog);
    if (all.size < MAX_MODELS && cheaper !== undefined) all.add(cheaper);
  }
  return [...all];
}
