import type { Call } from '../../domain/access/caller.ts';

/** A call by a key of an organization. */
export const callOf = (organizationId: string, nowMs = Date.now(), actor = 'key'): Call => ({
  organizationId,
  actor,
  nowMs,
});
