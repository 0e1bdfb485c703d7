import { LRUCache } from 'lru-cache';

type Settings = {
  /** Maximum number of keys. Evicts the least recently used. */
  most: number;
  /** How long a value is kept. Default: forever. */
  keptMs?: number;
  now?: () => number;
};

export type Memory<Value> = ReturnType<typeof createMemory<Value>>;

/** A bounded in-process cache. Every cache in the product uses it. */
export function createMemory<Value>({ most, keptMs = Infinity, now = Date.now }: Settings) {
  // Bounding by size instead of count keeps the cache from allocating `most` slots up front.
  const entries = new LRUCache<string, { value: Value; setAtMs: number }>({
    maxSize: most,
    sizeCalculation: () => 1,
  });
  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      // A clock set back must not extend a value's life.
      return entry && Math.abs(now() - entry.setAtMs) < keptMs ? entry.value : undefined;
    },
    /** @param setAtMs when the value was current, if earlier than now */
    set: (key: string, value: Value, setAtMs = now()): void =>
      void entries.set(key, { value, setAtMs }),
    delete: (key: string): void => void entries.delete(key),
  };
}
