import { hashApiKey } from '../../contracts/server/api-key-text.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';

const KEPT_MS = 300_000;
const MOST_CALLERS = 10_000;

/**
 * Remembers for five minutes who was verified, by a hash of the credential: what stands in while it
 * cannot be verified. So a revoked key passes for at most five minutes more, and only in an outage; one
 * that has ended passes not at all.
 */
export function createCallerMemory(now: () => number) {
  const known = new Map<string, { caller: Caller; verifiedAtMs: number }>();
  return {
    /** Remembers a caller, or forgets one whose credential is not valid any more. */
    keep(credential: string, caller: Caller | undefined): void {
      const hash = hashApiKey(credential);
      known.delete(hash);
      if (!caller) return;
      const [oldest] = known.keys();
      if (known.size >= MOST_CALLERS && oldest !== undefined) known.delete(oldest);
      known.set(hash, { caller, verifiedAtMs: now() });
    },

    recall(credential: string): Caller | undefined {
      const held = known.get(hashApiKey(credential));
      if (!held || held.verifiedAtMs <= now() - KEPT_MS) return undefined;
      return isOver(held.caller.expiresAtMs, now()) ? undefined : held.caller;
    },
  };
}
