import {
  type DefaultsRule,
  MEMBER_KINDS,
  type RuleRef,
} from '../../domain/members/member-defaults.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { createRefreshed } from '../refreshed.ts';

/** A change applies in every process within two seconds. */
const FRESH_MS = 1_000;
const STALE_MS = 2_000;

/** What an organization has set that decides which budgets apply to a request. */
export type BudgetRules = {
  /** Tags whose values are scopes. */
  listedTags: readonly string[];
  /** What members get by default, the department's rules before the organization's. */
  defaults: readonly DefaultsRule[];
};

export type BudgetRulesReader = {
  /** @param departmentId the department of the request, whose defaults its user and session get */
  current(organizationId: string, departmentId?: string): Promise<BudgetRules>;
};

/** The owner of defaults in an organization, in the order of the key's text. */
type OwnerKey = [organizationId: string, scope: RuleRef['owner']['scope'], scopeId: string];

type Deps = {
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  defaults: Pick<MemberDefaultsStore, 'getMany'>;
  now: () => number;
};

/**
 * The rules of each organization and of its departments, in memory. A failed reading leaves the last
 * one in force. Rules that were never read are not guessed, since a request could pass a budget
 * unseen: the error goes to the caller.
 */
export function createBudgetRules({ settings, defaults, now }: Deps): BudgetRulesReader {
  const ages = { now, freshMs: FRESH_MS, staleMs: STALE_MS };
  const tagsOf = createRefreshed(settings.listedTags, ages);
  // Each owner apart, so that a department's reading does not repeat the organization's.
  const defaultsOf = createRefreshed(async (key: string): Promise<DefaultsRule[]> => {
    const [organizationId, scope, scopeId] = JSON.parse(key) as OwnerKey;
    const refs = MEMBER_KINDS.map((member) => ({ owner: { scope, scopeId }, member }));
    const rules = await defaults.getMany(organizationId, refs);
    return rules.filter((rule) => rule !== undefined);
  }, ages);
  const rulesOf = (...owner: OwnerKey) => defaultsOf(JSON.stringify(owner));
  return {
    async current(organizationId, departmentId) {
      const [listedTags, ofDepartment, ofAll] = await Promise.all([
        tagsOf(organizationId),
        departmentId === undefined ? [] : rulesOf(organizationId, 'department', departmentId),
        rulesOf(organizationId, 'organization', organizationId),
      ]);
      return { listedTags, defaults: [...ofDepartment, ...ofAll] };
    },
  };
}
