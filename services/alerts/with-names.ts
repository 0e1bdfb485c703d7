import type { Telemetry } from '../../contracts/telemetry.ts';
import type { SpelledScope } from '../../domain/scopes.ts';
import type { NameReader } from '../display-names.ts';

export type NamingDeps = {
  displayNames: Pick<NameReader, 'namedScopes'>;
  telemetry: Pick<Telemetry, 'error'>;
};

/** Adds the display names of scopes for a message. If they cannot be read, IDs do: nobody waits. */
export async function withNames<About extends SpelledScope>(
  { displayNames, telemetry }: NamingDeps,
  organizationId: string,
  abouts: readonly About[],
): Promise<About[]> {
  try {
    return await displayNames.namedScopes(organizationId, abouts);
  } catch (error) {
    telemetry.error('NAMES_NOT_READ', { error, organizationId });
    return [...abouts];
  }
}

/** The same for one scope. */
export async function withName<About extends SpelledScope>(
  deps: NamingDeps,
  organizationId: string,
  about: About,
): Promise<About> {
  const [named = about] = await withNames(deps, organizationId, [about]);
  return named;
}
