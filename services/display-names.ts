import { type DisplayNames, scopeKey } from '../domain/naming/display-name.ts';
import type { ScopeRef, SpelledScope } from '../domain/scopes.ts';
import type { DisplayNameStore } from '../tables/display-names.ts';
import { createMemory } from './memory.ts';

const MOST_REMEMBERED = 50_000;
/** A new name is shown everywhere within a minute. */
const KEPT_MS = 60_000;

export type NameReader = ReturnType<typeof createNameReader>;

/**
 * The only place from which answers, files and messages take display names. Remembers names, and
 * that a scope has none, for a minute.
 */
export function createNameReader(deps: {
  names: Pick<DisplayNameStore, 'getMany'>;
  now: () => number;
}) {
  const memory = createMemory<{ name: string | undefined }>({
    most: MOST_REMEMBERED,
    keptMs: KEPT_MS,
    now: deps.now,
  });

  /** The names of these scopes. Reads those that are not remembered. */
  async function namesOf(organizationId: string, refs: readonly ScopeRef[]): Promise<DisplayNames> {
    const keyOf = (ref: ScopeRef): string => `${organizationId}#${scopeKey(ref)}`;
    const byKey = new Map(refs.map((ref) => [keyOf(ref), ref]));
    const names = new Map([...byKey.keys()].map((key) => [key, memory.get(key)]));
    const missing = [...byKey].filter(([key]) => names.get(key) === undefined);
    const stored = await deps.names.getMany(
      organizationId,
      missing.map(([, ref]) => ref),
    );
    missing.forEach(([key], position) => {
      const entry = { name: stored[position] };
      memory.set(key, entry);
      names.set(key, entry);
    });
    return (ref) => names.get(keyOf(ref))?.name;
  }

  return {
    namesOf,

    /** Adds `displayName` to what is about scopes that have one. `refOf` tells the canonical scope. */
    async named<About extends { displayName?: string | undefined }>(
      organizationId: string,
      abouts: readonly About[],
      refOf: (about: About) => ScopeRef | undefined,
    ): Promise<About[]> {
      const refs = abouts.map(refOf);
      const nameOf = await namesOf(
        organizationId,
        refs.flatMap((ref) => ref ?? []),
      );
      return abouts.map((about, position) => {
        const ref = refs[position];
        const displayName = ref && nameOf(ref);
        return displayName === undefined ? about : { ...about, displayName };
      });
    },

    /** The same for scopes themselves. */
    namedScopes<About extends SpelledScope>(
      organizationId: string,
      abouts: readonly About[],
    ): Promise<About[]> {
      return this.named(organizationId, abouts, (about) => about);
    },
  };
}
