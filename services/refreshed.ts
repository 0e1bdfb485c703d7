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
  const known = new Map<string, { value: Value; loadedAtMs: number }>();
  const loading = new Map<string, Promise<Value>>();

  function renew(key: string): Promise<Value> {
    const running = loading.get(key);
    if (running) return running;
    const started = load(key)
      .then((value) => {
        if (known.size >= KEYS_REMEMBERED) known.clear();
        known.set(key, { value, loadedAtMs: now() });
        return value;
      })
      .finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  }

  return async (key) => {
    const held = known.get(key);
    if (!held) return renew(key);
    const ageMs = now() - held.loadedAtMs;
    if (ageMs <= freshMs) return held.value;
    const renewed = renew(key).catch((error: unknown) => {
      onError?.(error);
      return held.value;
    });
    return ageMs <= staleMs ? held.value : renewed;
  };
}
