import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { type Catalog, createCatalog } from '../../domain/catalog/model.ts';
import type { ModelStore } from '../../tables/models.ts';
import { createRefreshed } from '../refreshed.ts';

const FRESH_MS = 10_000;
const STALE_MS = 15 * 60_000;

export type CatalogReader = { current(organizationId: string): Promise<Catalog> };

/** An organization's catalog: the built-in models and its own. */
export async function readCatalog(
  models: Pick<ModelStore, 'list'>,
  organizationId: string,
): Promise<Catalog> {
  const own = await models.list(organizationId);
  return own.length === 0 ? builtInCatalog : createCatalog(builtInCatalog.list(), own);
}

/** Caches each organization's catalog. */
export function createModelCatalog(deps: {
  models: Pick<ModelStore, 'list'>;
  now: () => number;
  onError?: (error: unknown) => void;
}): CatalogReader {
  const { now, onError } = deps;
  const current = createRefreshed((organizationId) => readCatalog(deps.models, organizationId), {
    now,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    onError,
  });
  return { current };
}
