import type { Cache, CacheStats } from '../../domain/caching/cache.ts';
import type { MemoryCache } from './memory-cache.ts';
import { noStats } from './memory-cache.ts';

/**
 * A cache with memory in front of a store that processes share. `set` writes both; what the store
 * has comes into memory for the rest of its life. A hit of either is one hit.
 */
export function createLayeredCache(near: MemoryCache, far: Cache): Cache {
  const stats = noStats();
  return {
    async get(key) {
      const remembered = await near.get(key);
      const entry = remembered ?? (await far.get(key));
      if (entry && !remembered) near.keep(key, entry);
      stats[entry ? 'hits' : 'misses'] += 1;
      return entry;
    },
    async set(key, text, lifeMs, storedAtMs) {
      await near.set(key, text, lifeMs, storedAtMs);
      await far.set(key, text, lifeMs, storedAtMs);
    },
    async invalidate(organizationId, pattern) {
      const removed = await near.invalidate(organizationId, pattern);
      return Math.max(removed, await far.invalidate(organizationId, pattern));
    },
    stats(): CacheStats {
      const { sets, dropped, faults } = far.stats();
      return { ...stats, sets, dropped, faults };
    },
  };
}
