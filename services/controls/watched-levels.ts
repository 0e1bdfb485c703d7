import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  type LevelDefaults,
  type LevelInForce,
  levelsInForce,
} from '../../domain/controls/levels-in-force.ts';
import { levelDefaultsOf } from '../../domain/members/effective-defaults.ts';
import { memberKindOf, type RuleRef, rulesFor } from '../../domain/members/member-defaults.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';

export type LevelDeps = {
  thresholds: Pick<CostThresholdStore, 'getMany'>;
  defaults: Pick<MemberDefaultsStore, 'getMany'>;
};

/** A scope, and for a user the department whose defaults apply. */
export type MemberScope = ScopeRef & { departmentId?: string | undefined };

/** A scope with the levels in force for it. A model is named by the stem of all its forms. */
export type WatchedScope = ScopeRef & { levels: readonly LevelInForce[] };

const DAY_MS = 86_400_000;
const DAYS_LOOKED_AT = 31;

/** The levels in force for scopes, each scope once. */
export async function withLevels(
  { thresholds, defaults }: LevelDeps,
  organizationId: string,
  memberScopes: readonly MemberScope[],
): Promise<WatchedScope[]> {
  const scopes = new Map<string, MemberScope>();
  for (const { departmentId, ...ref } of memberScopes) {
    const scope = canonicalScope(ref);
    const name = `${scope.scope}#${scope.scopeId}`;
    const department = departmentId ?? scopes.get(name)?.departmentId;
    scopes.set(name, { ...scope, departmentId: department });
  }
  const members = [...scopes.values()];
  const [own, defaultsOf] = await Promise.all([
    thresholds.getMany(organizationId, members),
    readLevelDefaults(defaults, organizationId, members),
  ]);
  return members.map(({ scope, scopeId, departmentId }, position) => ({
    scope,
    scopeId,
    levels: levelsInForce(scope, own[position], defaultsOf({ scope, scopeId, departmentId })),
  }));
}

/** The levels that owners set for these members; reads each rule once. */
async function readLevelDefaults(
  defaults: LevelDeps['defaults'],
  organizationId: string,
  members: readonly MemberScope[],
): Promise<(member: MemberScope) => LevelDefaults[]> {
  const refsOf = ({ scope, departmentId }: MemberScope): RuleRef[] => {
    const kind = memberKindOf(scope);
    return kind ? rulesFor(organizationId, kind, departmentId) : [];
  };
  const refs = new Map(members.flatMap(refsOf).map((ref) => [nameOf(ref), ref]));
  const rules = await defaults.getMany(organizationId, [...refs.values()]);
  const levels = new Map(
    rules.flatMap((rule) => (rule ? [[nameOf(rule), levelDefaultsOf(rule)] as const] : [])),
  );
  return (member) => refsOf(member).flatMap((ref) => levels.get(nameOf(ref)) ?? []);
}

const nameOf = ({ owner, member }: RuleRef): string =>
  JSON.stringify([owner.scope, owner.scopeId, member]);

/** The department that a user's latest request named, if there was one within a month. */
export async function departmentOf(
  { analytics }: { analytics: Pick<TokenAnalyticsStore, 'getDays'> },
  { organizationId, nowMs }: OrganizationCall,
  { scope, scopeId }: ScopeRef,
): Promise<string | undefined> {
  if (scope !== 'user') return undefined;
  const days = Array.from({ length: DAYS_LOOKED_AT }, (_, ago) => dayOf(nowMs - ago * DAY_MS));
  const sums = await analytics.getDays({ organizationId, dimension: scope, value: scopeId }, days, {
    backDated: true,
  });
  return sums.find(({ departmentId }) => departmentId !== undefined)?.departmentId;
}
