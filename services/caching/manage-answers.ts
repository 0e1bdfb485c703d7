import type { Call } from '../../domain/access/caller.ts';
import type { SharedStore } from '../../domain/caching/cache.ts';
import { MOST_LIFE_SECONDS } from '../../domain/caching/cache-wish.ts';
import { withInvalidation } from '../../domain/caching/invalidations.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { AnswerCounts, ResponseCacheStore } from '../../tables/response-cache.ts';

type Deps = {
  store: ResponseCacheStore;
  /** Where answers are. */
  answers: Pick<SharedStore, 'remove'>;
  audit: Pick<AuditLog, 'change'>;
  /** Called if answers cannot be removed: they are not given again, and end with their life. */
  onError: (error: unknown) => void;
};

const COUNTED_DAYS = 7;
const DAY_MS = 86_400_000;

export type AnswersManager = ReturnType<typeof createAnswersManager>;

/** Clears an organization's answers in the cache, and shows what they saved. */
export const createAnswersManager = ({ store, answers, audit, onError }: Deps) => ({
  /**
   * Invalidates the answers whose names match the pattern, at once and in every process, then removes
   * them. Audited.
   * @returns how many were removed
   */
  async invalidate({ organizationId, actor, nowMs }: Call, pattern: string): Promise<number> {
    await audit.change(async () => {
      const { write } = await store.invalidations.replacement(organizationId, (before) =>
        withInvalidation(before, { pattern, atMs: nowMs }, MOST_LIFE_SECONDS * 1_000),
      );
      const entry = {
        organizationId,
        actor,
        action: 'response-cache.invalidate',
        target: pattern,
        after: 'invalidated',
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return answers.remove(organizationId, pattern).catch((error: unknown) => {
      onError(error);
      return 0;
    });
  },

  /** Hits, misses and savings over the last seven UTC days. */
  stats: (organizationId: string, nowMs: number): Promise<AnswerCounts> =>
    store.counts.sum(organizationId, dayOf(nowMs - (COUNTED_DAYS - 1) * DAY_MS), dayOf(nowMs)),
});
