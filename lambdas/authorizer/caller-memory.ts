import { hashApiKey } from '../../contracts/server/api-key-text.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';
import { createMemory } from '../../services/memory.ts';

const KEPT_MS = 300_000;
const MOST_CALLERS = 10_000;

/**
 * Remembers for five minutes who was verified, by a hash of the credential: what stands in while it
 * cannot be verified. So a revoked key passes for at most five minutes more, and only in an outage; one
 * that has ended passes not at all.
 */
export function createCallerMemory(now: () => number) {
  const callers = createMemory<Caller>({ most: MOST_CALLERS, keptMs: KEPT_MS, now });
  return {
    /** Remembers a caller, or forgets one whose credential is not valid any more. */
    keep(credential: string, caller: Caller | undefined): void {
      const hash = hashApiKey(credential);
      if (caller) callers.set(hash, caller);
      else callers.delete(hash);
    },

    recall(credential: string): Caller | undefined {
      const caller = callers.get(hashApiKey(credential));
      return caller && !isOver(caller.expiresAtMs, now()) ? caller : undefined;
    },
  };
}
