import type { Cache, SharedStore } from '../../domain/caching/cache.ts';
import { createLayeredCache } from '../../services/caching/layered-cache.ts';
import { createMemoryCache } from '../../services/caching/memory-cache.ts';
import { createSharedCache } from '../../services/caching/shared-cache.ts';

/** Long enough for a store on a busy machine. */
export const PATIENT_MS = 10_000;
const MOST = 300_000;

export const memoryCache = (now: () => number) => createMemoryCache({ mostCharacters: MOST, now });

/** @param onError default: a store that fails fails the test */
export const sharedCache = (
  store: SharedStore,
  now: () => number,
  onError: (error: unknown) => void = (error) => {
    throw error;
  },
): Cache => createSharedCache(store, { now, timeoutMs: PATIENT_MS, mostBytes: MOST, onError });

export const layeredCache = (store: SharedStore, now: () => number): Cache =>
  createLayeredCache(memoryCache(now), sharedCache(store, now));
