import { createFlagSet, type Flags, UNREAD_FLAGS } from '../domain/flags/flag-set.ts';
import type { FeatureFlagStore } from '../tables/feature-flags.ts';
import { createRefreshed } from './refreshed.ts';

/** Ensures that every process that answers requests follows a change within two seconds. */
const FRESH_MS = 1_000;
const STALE_MS = 2_000;

export type FlagReader = { current(organizationId: string): Promise<Flags> };

/**
 * Caches each organization's flags. If a read fails, keeps the last flags; an organization never
 * read gets `UNREAD_FLAGS` and is read again on the next request.
 */
export function createFlags(deps: {
  flags: Pick<FeatureFlagStore, 'list'>;
  now: () => number;
  onError?: (error: unknown) => void;
}): FlagReader {
  const { now, onError } = deps;
  const read = createRefreshed(
    async (organizationId) => createFlagSet(await deps.flags.list(organizationId)),
    { now, freshMs: FRESH_MS, staleMs: STALE_MS, onError },
  );
  return {
    current: (organizationId) =>
      read(organizationId).catch((error: unknown) => {
        onError?.(error);
        return UNREAD_FLAGS;
      }),
  };
}
