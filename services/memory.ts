import { LRUCache } from 'lru-cache';

type Settings = {
  /** How many keys are remembered; of more, the one that was not used for longest is forgotten. */
  most: number;
  /** How long a value is remembered; without an end where absent. */
  keptMs?: number;
  now?: () => number;
};

/** A bounded memory of one process. Every cache in the product is one of these. */
export function createMemory<Value>({ most, keptMs = Infinity, now = Date.now }: Settings) {
  // A bound by size, each entry counting one, fills no table of `most` places in advance.
  const entries = new LRUCache<string, { value: Value; setAtMs: number }>({
    maxSize: most,
    sizeCalculation: () => 1,
  });
  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      // A clock that was set back must not keep a value for longer.
      return entry && Math.abs(now() - entry.setAtMs) < keptMs ? entry.value : undefined;
    },
    /** @param setAtMs when the value was true, where that was before now */
    set: (key: string, value: Value, setAtMs = now()): void =>
      void entries.set(key, { value, setAtMs }),
    delete: (key: string): void => void entries.delete(key),
  };
}
