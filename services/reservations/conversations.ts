import type { Call } from '../../domain/access/caller.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { type CacheMarks, type WarmPrefix, warmAt } from '../../domain/selection/warm-prefix.ts';
import { createMemory } from '../memory.ts';

const CONVERSATIONS_REMEMBERED = 10_000;
const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;

/** What this process has settled of conversations, so that it knows without a read what is cached. */
export type Conversations = ReturnType<typeof createConversations>;

/**
 * Remembers what each conversation's last settlement in this process says about its prompt's cache. A
 * request that another process settled is not known here; then caches decide nothing.
 */
export function createConversations() {
  const prefixes = createMemory<WarmPrefix>({ most: CONVERSATIONS_REMEMBERED });
  return {
    /** @param entry an entry that was settled now, with the region that served it */
    noteSettled({ organizationId, sessionId, model, region, usage }: Entry, nowMs: number): void {
      if (sessionId === undefined || !usage) return;
      const key = keyOf(organizationId, sessionId);
      const isOneHour = (usage.cacheWriteOneHourTokens ?? 0) > 0;
      const before = prefixes.get(key);
      prefixes.set(key, {
        model,
        region,
        tokens: usage.cacheReadTokens + usage.cacheWriteTokens,
        expiresAtMs: nowMs + (isOneHour ? HOUR_MS : FIVE_MINUTES_MS),
        isOneHour: isOneHour || (before?.isOneHour === true && usage.cacheWriteTokens === 0),
        turns: (before?.turns ?? 0) + 1,
        isMarked: before?.isMarked === true || usage.cacheWriteTokens > 0,
      });
    },

    /** What a coming request of a conversation finds in the cache. */
    warm(
      { organizationId, nowMs }: Pick<Call, 'organizationId' | 'nowMs'>,
      sessionId: string | undefined,
      marks?: CacheMarks,
    ): WarmPrefix | undefined {
      if (sessionId === undefined) return undefined;
      return warmAt(prefixes.get(keyOf(organizationId, sessionId)), nowMs, marks);
    },

    /** The region that served the last request of a conversation. */
    region: (organizationId: string, sessionId: string | undefined): string | undefined =>
      sessionId === undefined ? undefined : prefixes.get(keyOf(organizationId, sessionId))?.region,
  };
}

const keyOf = (organizationId: string, sessionId: string): string =>
  JSON.stringify([organizationId, sessionId]);
