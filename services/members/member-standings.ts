import type { OrganizationCall } from '../../domain/access/caller.ts';
import { type DefaultsRule, memberKindOf } from '../../domain/members/member-defaults.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ReadOptions, Standings, StandingsReader } from '../budgets/budget-standings.ts';
import { unavailable } from '../errors.ts';
import { applyDefaults, type ApplyingDeps } from './apply-defaults.ts';

export type MemberStandingsDeps = ApplyingDeps & { standings: StandingsReader };

/** Each attempt follows a rule that was read later, or the change of somebody else. */
const ATTEMPTS = 8;

/**
 * Reads the budgets of a request, like `StandingsReader.read`, after the default budgets of its user
 * and session have become real. Usually that is so already, and one read shows it.
 * @param rules that the user and the session follow
 * @throws ServiceError `unavailable` if others change the same budgets all the time
 */
export async function readMemberStandings(
  deps: MemberStandingsDeps,
  { organizationId, nowMs }: OrganizationCall,
  {
    refs,
    atMs,
    rules,
  }: { refs: readonly ScopeRef[]; atMs: number; rules: readonly DefaultsRule[] },
  options: ReadOptions,
): Promise<Standings> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // What memory does not show as it should be is read.
    const mayRemember = attempt === 0 && options.mayRemember;
    const read = await deps.standings.read(organizationId, refs, atMs, { ...options, mayRemember });
    const members = read.books.filter(({ scope }) => memberKindOf(scope) !== undefined);
    if (!(await applyDefaults(deps, { organizationId, nowMs }, members, rules))) return read;
  }
  throw unavailable('Too many changes of the same budgets. Retry in a second.', 1_000);
}
