import type { Call } from '../../domain/access/caller.ts';

/** A call by one of an organization's keys. */
export const callOf = (organizationId: string, nowMs = Date.now(), actor = 'key'): Call => ({
  organizationId,
  actor,
  nowMs,
});
