import { createMemory } from './memory.ts';

type Settings = {
  now: () => number;
  /** Refresh a value older than this in the background, while still using it. */
  freshMs: number;
  /** Refresh a value older than this before using it, if possible. */
  staleMs: number;
  /** Called when a refresh fails; the old value stays. */
  onError?: ((error: unknown) => void) | undefined;
};

const KEYS_REMEMBERED = 1_000;

/**
 * Remembers one value per key. The first caller waits for it; later callers get it immediately
 * while it refreshes in the background, so a warm process never waits for the network.
 */
export function createRefreshed<Value>(
  load: (key: string) => Promise<Value>,
  { now, freshMs, staleMs, onError }: Settings,
): (key: string) => Promise<Value> {
  const values = createMemory<{ value: Value; loadedAtMs: number }>({ most: KEYS_REMEMBERED });
  const loading = new Map<string, Promise<Value>>();

  function renew(key: string): Promise<Value> {
    const running = loading.get(key);
    if (running) return running;
    const started = load(key)
      .then((value) => {
        values.set(key, { value, loadedAtMs: now() });
        return value;
      })
      .finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  }

  return async (key) => {
    const remembered = values.get(key);
    if (!remembered) return renew(key);
    const { value, loadedAtMs } = remembered;
    const ageMs = now() - loadedAtMs;
    if (ageMs <= freshMs) return value;
    const renewed = renew(key).catch((error: unknown) => {
      onError?.(error);
      return value;
    });
    return ageMs <= staleMs ? value : renewed;
  };
}
