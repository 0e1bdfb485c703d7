import type { Cache } from '../../domain/caching/cache.ts';
import { type Invalidation, isInvalidated } from '../../domain/caching/invalidations.ts';

type Invalidations = { read(organizationId: string): Promise<readonly Invalidation[]> };

/**
 * A cache that gives nothing that was invalidated, in whatever process or store it still is: it reads
 * the organization's invalidations with every look. If they cannot be read, that is a miss.
 */
export const createGuardedCache = (
  cache: Cache,
  invalidations: Invalidations,
  onError: (error: unknown) => void,
): Cache => ({
  ...cache,
  async get(key) {
    const reading = invalidations.read(key.organizationId).catch((error: unknown) => {
      onError(error);
      return undefined;
    });
    const [entry, list] = await Promise.all([cache.get(key), reading]);
    if (!entry || !list || isInvalidated(list, key.name, entry.storedAtMs)) return undefined;
    return entry;
  },
});
