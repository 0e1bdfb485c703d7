import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Call } from '../../domain/access/caller.ts';
import { dayOf, hourOf } from '../../domain/reporting/aggregates.ts';
import type { AnalyticsCacheStore, Sums } from '../../tables/analytics-cache.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import { createMemory } from '../memory.ts';

type Deps = {
  cache: AnalyticsCacheStore;
  audit: Pick<AuditLog, 'change'>;
  telemetry: Pick<Telemetry, 'metric'>;
  /** The code version, because different code may answer differently. */
  version: string;
};

/** One question. `key` contains everything that affects the answer. */
export type Question = { organizationId: string; key: string; sums: Sums; nowMs: number };

const REMEMBERED_HERE = 500;
const COUNTED_DAYS = 7;
const DAY_MS = 86_400_000;

export type CachedAnalytics = ReturnType<typeof createCachedAnalytics>;

/**
 * Caches analytics answers as JSON, in this process (LRU) and in the store. Answers cover whole
 * days or hours, so they hold until the next day or hour begins, or until a posting changes a past
 * one: the number of late postings is part of the cache key, and so is the code version. New usage
 * in the current hour invalidates nothing.
 */
export function createCachedAnalytics({ cache, audit, telemetry, version }: Deps) {
  const here = createMemory<{ state: string; result: string }>({ most: REMEMBERED_HERE });

  async function find({ organizationId, key }: Question, state: string) {
    const remembered = here.get(`${organizationId}#${key}`);
    if (remembered?.state === state) return remembered.result;
    return cache.get(organizationId, key, state);
  }

  function keepHere({ organizationId, key }: Question, state: string, result: string): void {
    here.set(`${organizationId}#${key}`, { state, result });
  }

  async function count({ organizationId, nowMs }: Question, which: 'hits' | 'misses') {
    telemetry.metric(which === 'hits' ? 'AnalyticsCacheHits' : 'AnalyticsCacheMisses', 1);
    await cache.count(organizationId, dayOf(nowMs), which, nowMs);
  }

  return {
    /** Returns the cached answer for the same sums, or computes one with `make`. */
    async answer<Answer>(question: Question, make: () => Promise<Answer>): Promise<Answer> {
      const { organizationId, key, sums, nowMs } = question;
      const changes = await cache.lateChanges(organizationId);
      const state = `${(sums === 'days' ? dayOf : hourOf)(nowMs)}#${changes[sums]}#${version}`;
      const cached = await find(question, state);
      if (cached !== undefined) {
        keepHere(question, state, cached);
        await count(question, 'hits');
        return JSON.parse(cached) as Answer;
      }
      const made = await make();
      const result = JSON.stringify(made);
      await cache.put(organizationId, key, { state, result, atMs: nowMs });
      keepHere(question, state, result);
      await count(question, 'misses');
      return made;
    },

    /** Invalidates every cached answer of an organization. Audited. */
    async invalidate({ organizationId, actor, nowMs }: Call): Promise<void> {
      const entry = {
        organizationId,
        actor,
        action: 'analytics-cache.invalidate',
        target: 'all',
        after: 'invalidated',
        atMs: nowMs,
      };
      const change = { entries: [entry], writes: [cache.invalidation(organizationId)] };
      await audit.change(() => Promise.resolve(change));
    },

    /** Hits and misses over the last seven UTC days. */
    async stats(organizationId: string, nowMs: number) {
      const from = dayOf(nowMs - (COUNTED_DAYS - 1) * DAY_MS);
      return { from, ...(await cache.counts(organizationId, from, dayOf(nowMs))) };
    },
  };
}
