import { hashApiKey } from '../../contracts/server/api-key-text.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';
import { createMemory } from '../memory.ts';

const KEPT_MS = 300_000;
const MOST_CALLERS = 10_000;

/**
 * Remembers verified callers for five minutes, by a hash of the credential, for use while
 * credentials cannot be verified. A revoked key therefore works for at most five more minutes, and
 * only during an outage; an expired one never does.
 */
export function createCallerMemory(now: () => number) {
  const callers = createMemory<Caller>({ most: MOST_CALLERS, keptMs: KEPT_MS, now });
  return {
    /** Remembers a caller, or forgets one whose credential is no longer valid. */
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
