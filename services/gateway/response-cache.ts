import type { Telemetry } from '../../contracts/telemetry.ts';
import { readStoredAnswer, type StoredAnswer } from '../../contracts/stored-answer.ts';
import type { Cached, CacheKey, SharedStore } from '../../domain/caching/cache.ts';
import type { CachedRoute } from '../../domain/caching/cache-wish.ts';
import { nameOf } from '../../domain/caching/pattern.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { AnswerCounts, ResponseCacheStore } from '../../tables/response-cache.ts';
import { createFillOnce } from '../caching/fill-once.ts';
import { createGuardedCache } from '../caching/guarded-cache.ts';
import { createLayeredCache } from '../caching/layered-cache.ts';
import { createMemoryCache } from '../caching/memory-cache.ts';
import { createLeases, createSharedCache } from '../caching/shared-cache.ts';
import { createWriteBehind, type WriteBehind } from '../caching/write-behind.ts';
import type { PromptHasher } from '../reservations/prompt-hashes.ts';
import type { Hit } from './answer-hit.ts';

/** A part of the memory of a function of 512 MiB. */
const MOST_CHARACTERS_HERE = 16_000_000;
/** An item of DynamoDB has at most 400 KB, and compression makes no text longer by more than a little. */
const MOST_BYTES = 300_000;
const MOST_WAITING = { most: 100, mostBytes: 8_000_000 };
/** A call of the model takes seconds, so this is little to lose. */
const TIMEOUT_MS = 1_000;
const LEASE_MS = 60_000;
const WAIT_MS = 20_000;

export type ResponseCacheDeps = {
  /** Where answers are. Default: with everything else in the table. */
  answers?: SharedStore | undefined;
  store: ResponseCacheStore;
  prompts: Pick<PromptHasher, 'fingerprint'>;
  /** The routes of an organization that are cached without asking. */
  routes: (organizationId: string) => Promise<readonly CachedRoute[]>;
  telemetry: Pick<Telemetry, 'error' | 'metric'>;
  now: () => number;
};

export type ResponseCache = ReturnType<typeof createResponseCache>;

/** An answer in the cache, as it can be given again. */
function hitOf(cached: Cached | undefined): Hit | undefined {
  const stored = cached && readStoredAnswer(cached.text);
  return stored && { cached, stored };
}

/** Keeps answers of models, to give them again to the same request of the same organization. */
export function createResponseCache(deps: ResponseCacheDeps) {
  const { prompts, routes, telemetry, now } = deps;
  const onError = (error: unknown): void => telemetry.error('RESPONSE_CACHE_FAILED', { error });
  const behind = createWriteBehind({ ...MOST_WAITING, onError });
  const { cache, fill } = createLayers(deps, behind, onError);
  const counts = createAnswerCounts(deps, behind);

  return {
    routes: (organizationId: string): Promise<readonly CachedRoute[]> =>
      routes(organizationId).catch((error: unknown) => {
        onError(error);
        return [];
      }),

    /** The key of a request; `undefined` if it cannot be made now. @param text of `requestText` */
    async keyOf(
      organizationId: string,
      { system, operation = '' }: { system: string; operation?: string | undefined },
      { text, isStreamed }: { text: string; isStreamed: boolean },
    ): Promise<CacheKey | undefined> {
      try {
        const hash = await prompts.fingerprint(organizationId, 'response-cache', text);
        const form = isStreamed ? 'stream' : 'whole';
        return { organizationId, name: nameOf(system, operation, hash, form) };
      } catch (error) {
        onError(error);
        return undefined;
      }
    },

    find: async (key: CacheKey): Promise<Hit | undefined> => hitOf(await cache.get(key)),

    /**
     * Makes an answer, unless another call of the same request is making it: then waits for that.
     * @param make answers the client, and says with what, if that may be given again
     * @returns the answer of the other call
     */
    async fill(
      key: CacheKey,
      lifeSeconds: number,
      make: () => Promise<StoredAnswer | undefined>,
    ): Promise<Hit | undefined> {
      const cached = await fill.run(key, async () => {
        const startedMs = now();
        const made = await make();
        if (!made) return undefined;
        const text = JSON.stringify(made);
        if (Buffer.byteLength(text) > MOST_BYTES) return undefined;
        await cache.set(key, text, lifeSeconds * 1_000, startedMs);
        return { text, storedAtMs: startedMs, expiresAtMs: startedMs + lifeSeconds * 1_000 };
      });
      return hitOf(cached);
    },

    count: (organizationId: string, savedNanoUsd: bigint | undefined): void =>
      counts.add(organizationId, savedNanoUsd),

    /** Writes what waits. Await it after the answer and before the process rests. */
    async flush(): Promise<void> {
      counts.write();
      await behind.flush();
    },
  };
}

/** The cache, and what fills it. */
function createLayers(
  { answers: own, store, now }: ResponseCacheDeps,
  behind: WriteBehind,
  onError: (error: unknown) => void,
) {
  const answers = own ?? store.answers;
  const shared = { now, timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES, onError };
  const near = createMemoryCache({ mostCharacters: MOST_CHARACTERS_HERE, now });
  const layers = createLayeredCache(near, createSharedCache(answers, { ...shared, behind }));
  const cache = createGuardedCache(layers, store.invalidations, onError);
  const leases = createLeases(answers, shared);
  const fill = createFillOnce({ cache, leases, behind, leaseMs: LEASE_MS, waitMs: WAIT_MS, now });
  return { cache, fill };
}

/** Counts hits and misses, and writes them together. */
function createAnswerCounts({ store, telemetry, now }: ResponseCacheDeps, behind: WriteBehind) {
  const pending = new Map<string, AnswerCounts>();
  return {
    /** @param savedNanoUsd of a hit; `undefined`: a miss */
    add(organizationId: string, savedNanoUsd: bigint | undefined): void {
      const isHit = savedNanoUsd !== undefined;
      telemetry.metric(isHit ? 'ResponseCacheHits' : 'ResponseCacheMisses', 1);
      const before = pending.get(organizationId) ?? { hits: 0, misses: 0, savedNanoUsd: 0n };
      pending.set(organizationId, {
        hits: before.hits + (isHit ? 1 : 0),
        misses: before.misses + (isHit ? 0 : 1),
        savedNanoUsd: before.savedNanoUsd + (savedNanoUsd ?? 0n),
      });
    },
    write(): void {
      const nowMs = now();
      for (const [organizationId, counts] of pending) {
        const day = dayOf(nowMs);
        const write = () => store.counts.add(organizationId, day, counts, nowMs);
        if (behind.add(`counts of ${organizationId}`, write, 0)) pending.delete(organizationId);
      }
    },
  };
}
