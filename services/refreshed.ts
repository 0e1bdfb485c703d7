import { createMemory } from './memory.ts';

type Settings = {
  now: () => number;
  /** Older than this, a value is renewed behind the answer that still uses it. */
  freshMs: number;
  /** Older than this, a value is renewed before it is used, if that succeeds. */
  staleMs: number;
  /** Told of a renewal that failed; the old value stands. */
  onError?: ((error: unknown) => void) | undefined;
};

const KEYS_REMEMBERED = 1_000;

/**
 * Remembers a value per key. The first caller waits for it; later ones are answered at once while it
 * is renewed behind them, so that no network call is on the path of a warm process.
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
