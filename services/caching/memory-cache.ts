import { LRUCache } from 'lru-cache';
import type { Cache, Cached, CacheKey, CacheStats } from '../../domain/caching/cache.ts';
import { idOf, isAlive } from '../../domain/caching/cache.ts';
import { matchesPattern } from '../../domain/caching/pattern.ts';

type Settings = {
  /** The most characters that it keeps; the least recently used go first. */
  mostCharacters: number;
  now: () => number;
};

export type MemoryCache = Cache & {
  /** Keeps a text that another store has, for no longer than it lives there. */
  keep(key: CacheKey, cached: Cached): void;
  forget(key: CacheKey): void;
};

export const noStats = (): CacheStats => ({ hits: 0, misses: 0, sets: 0, dropped: 0, faults: 0 });

/** A cache in this process, bounded by the size of what it keeps. */
export function createMemoryCache({ mostCharacters, now }: Settings): MemoryCache {
  const stats = noStats();
  const entries = new LRUCache<string, { key: CacheKey; cached: Cached }>({
    maxSize: mostCharacters,
    sizeCalculation: ({ key, cached }) => key.name.length + cached.text.length + 1,
  });

  const keep = (key: CacheKey, cached: Cached): void => {
    const id = idOf(key);
    entries.set(id, { key, cached });
    if (entries.has(id)) stats.sets += 1;
    else stats.dropped += 1;
  };

  return {
    keep,
    forget: (key) => void entries.delete(idOf(key)),
    get(key) {
      const cached = entries.get(idOf(key))?.cached;
      const alive = cached && isAlive(cached, now()) ? cached : undefined;
      if (cached && !alive) entries.delete(idOf(key));
      stats[alive ? 'hits' : 'misses'] += 1;
      return Promise.resolve(alive);
    },
    set(key, text, lifeMs, storedAtMs = now()) {
      keep(key, { text, storedAtMs, expiresAtMs: storedAtMs + lifeMs });
      return Promise.resolve();
    },
    invalidate(organizationId, pattern) {
      const matching = [...entries.entries()].filter(
        ([, { key }]) => key.organizationId === organizationId && matchesPattern(pattern, key.name),
      );
      for (const [id] of matching) entries.delete(id);
      return Promise.resolve(matching.length);
    },
    stats: () => ({ ...stats }),
  };
}
