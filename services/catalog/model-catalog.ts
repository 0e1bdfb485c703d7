import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { type Catalog, createCatalog } from '../../domain/catalog/model.ts';
import type { ModelStore } from '../../tables/models.ts';
import { createRefreshed } from '../refreshed.ts';

const FRESH_MS = 60_000;
const STALE_MS = 15 * 60_000;

export type CatalogReader = { current(organizationId: string): Promise<Catalog> };

/** Caches each organization's catalog: the built-in models and its own. */
export function createModelCatalog(deps: {
  models: Pick<ModelStore, 'list'>;
  now: () => number;
  onError?: (error: unknown) => void;
}): CatalogReader {
  const { now, onError } = deps;
  const current = createRefreshed(
    async (organizationId) => {
      const own = await deps.models.list(organizationId);
      return own.length === 0 ? builtInCatalog : createCatalog(builtInCatalog.list(), own);
    },
    { now, freshMs: FRESH_MS, staleMs: STALE_MS, onError },
  );
  return { current };
}
