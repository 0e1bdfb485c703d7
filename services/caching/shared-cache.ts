import {
  type Cache,
  type Cached,
  type CacheKey,
  idOf,
  isAlive,
  type SharedStore,
} from '../../domain/caching/cache.ts';
import { inTime } from './in-time.ts';
import { noStats } from './memory-cache.ts';
import type { WriteBehind } from './write-behind.ts';

export type SharedSettings = {
  now: () => number;
  /** What takes longer is a miss. */
  timeoutMs: number;
  /** The most bytes of a text in UTF-8 that the store takes. */
  mostBytes: number;
  /** With it, `set` returns at once, and its `flush` waits. Without, `set` waits. */
  behind?: WriteBehind | undefined;
  onError: (error: unknown) => void;
};

/** A cache in a store that processes share. If the store fails or is slow, that is a miss. */
export function createSharedCache(
  store: SharedStore,
  { now, timeoutMs, mostBytes, behind, onError }: SharedSettings,
): Cache {
  const stats = noStats();
  const failed = (error: unknown): void => {
    stats.faults += 1;
    onError(error);
  };
  const attempt = <Value>(call: Promise<Value>, otherwise: Value): Promise<Value> =>
    inTime(call, timeoutMs).catch((error: unknown) => {
      failed(error);
      return otherwise;
    });

  return {
    async get(key) {
      const nowMs = now();
      const entry = await attempt(store.read(key, nowMs), undefined);
      const cached = entry && isAlive(entry, nowMs) ? entry : undefined;
      stats[cached ? 'hits' : 'misses'] += 1;
      return cached;
    },
    async set(key, text, lifeMs, storedAtMs = now()) {
      const cached: Cached = { text, storedAtMs, expiresAtMs: storedAtMs + lifeMs };
      const size = Buffer.byteLength(text);
      const write = (): Promise<void> => inTime(store.write(key, cached), timeoutMs).catch(failed);
      if (size > mostBytes) {
        stats.dropped += 1;
        return;
      }
      if (!behind) {
        stats.sets += 1;
        await write();
        return;
      }
      const began = behind.add(idOf(key), write, size);
      stats[began ? 'sets' : 'dropped'] += 1;
    },
    invalidate: (organizationId, pattern) => attempt(store.remove(organizationId, pattern), 0),
    stats: () => ({ ...stats }),
  };
}

/** Takes and gives back the right to fill a name. If the store fails, everybody may fill. */
export function createLeases(
  store: SharedStore,
  { now, timeoutMs, onError }: Pick<SharedSettings, 'now' | 'timeoutMs' | 'onError'>,
) {
  const attempt = <Value>(call: Promise<Value>, otherwise: Value): Promise<Value> =>
    inTime(call, timeoutMs).catch((error: unknown) => {
      onError(error);
      return otherwise;
    });
  return {
    take: (key: CacheKey, owner: string, lifeMs: number): Promise<boolean> =>
      attempt(store.lease(key, owner, now(), now() + lifeMs), true),
    release: (key: CacheKey, owner: string): Promise<void> =>
      attempt(store.release(key, owner), undefined),
    isTaken: (key: CacheKey): Promise<boolean> => attempt(store.isLeased(key, now()), false),
  };
}
export type Leases = ReturnType<typeof createLeases>;
