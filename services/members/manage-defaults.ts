import { isDeepStrictEqual } from 'node:util';
import { defaultsViewOf } from '../../contracts/defaults.ts';
import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import { type MemberStanding, memberStanding } from '../../domain/members/effective-defaults.ts';
import {
  changedDefaults,
  type DefaultsChange,
  type DefaultsRule,
  type MemberDefaults,
  type MemberKind,
  memberKindOf,
  ownerText,
  type RuleRef,
  rulesFor,
  setsNothing,
} from '../../domain/members/member-defaults.ts';
import { canonicalScope, isScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import { departmentOf } from '../controls/watched-levels.ts';
import { invalidFields, notFound, type ServiceError } from '../errors.ts';
import type { ApplyingLimit } from '../budgets/limit-applying.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';
import { reviewMembers, type ReviewMembersDeps } from './review-members.ts';

type Deps = ReviewMembersDeps & {
  defaults: MemberDefaultsStore;
  budgets: Pick<BudgetStore, 'readBooks'>;
  thresholds: Pick<CostThresholdStore, 'getMany'>;
  audit: Pick<AuditLog, 'change'>;
  census: Pick<ApplyingLimit, 'ruleWrites'>;
};

/** A member, or any other scope, that values are in force for. */
export type Member = { scope: ScopeRef['scope'] | MemberKind; scopeId: string };

export type DefaultsManager = ReturnType<typeof createDefaultsManager>;

/** Defaults for members as people manage them. Every change is audited. */
export const createDefaultsManager = (deps: Deps) => ({
  /** Every rule that sets anything. */
  async list(organizationId: string): Promise<DefaultsRule[]> {
    const rules = await deps.defaults.list(organizationId);
    return rules.filter((rule) => !setsNothing(rule.defaults));
  },

  /** @throws ServiceError `not-found` where the owner sets nothing for this kind of member */
  async get(organizationId: string, ref: RuleRef): Promise<DefaultsRule> {
    requireOwnOrganization(organizationId, ref.owner);
    const [rule] = await deps.defaults.getMany(organizationId, [ref]);
    if (!rule || setsNothing(rule.defaults)) throw noRule(ref);
    return rule;
  },

  /**
   * Sets or changes a rule; what the change leaves out stays.
   * @returns the rule, and which of its fields are others than before
   * @throws ServiceError `invalid-request`, naming the field that the rule may not have
   */
  async put(
    call: Call,
    ref: RuleRef,
    change: DefaultsChange,
  ): Promise<{ rule: DefaultsRule; changed: string[] }> {
    const { previous, rule } = await changeRule(deps, call, ref, (stored) => {
      const { defaults: next, faults } = changedDefaults(ref.member, stored, change);
      if (faults.length > 0) throw invalidFields(faults);
      return next;
    });
    const changed = changedFields(previous?.defaults ?? {}, rule.defaults);
    if (changed.some(mayFree)) await reviewMembers(deps, call, ref.member);
    return { rule, changed };
  },

  /** Removes a rule, and returns it as it was. @throws ServiceError `not-found` */
  async remove(call: Call, ref: RuleRef): Promise<DefaultsRule> {
    const { previous } = await changeRule(deps, call, ref, (stored) => {
      if (setsNothing(stored)) throw noRule(ref);
      return {};
    });
    if (!previous) throw noRule(ref);
    await reviewMembers(deps, call, ref.member);
    return previous;
  },

  /** What is in force for a member (`readEffective`). */
  effective: (call: OrganizationCall, member: Member, departmentId: string | undefined) =>
    readEffective(deps, call, member, departmentId),
});

/**
 * What is in force for a member, and what set each value. Without a department, that of the user's
 * latest request counts.
 */
async function readEffective(
  deps: Deps,
  call: OrganizationCall,
  { scope, scopeId }: Member,
  department: string | undefined,
): Promise<MemberStanding> {
  const { organizationId } = call;
  const target = isScope(scope) ? canonicalScope({ scope, scopeId }) : undefined;
  if (target) requireOwnOrganization(organizationId, target);
  const departmentId = department ?? (target && (await departmentOf(deps, call, target)));
  const kind = memberKindOf(scope);
  const refs = kind ? rulesFor(organizationId, kind, departmentId) : [];
  const [rules, books, levels] = await Promise.all([
    deps.defaults.getMany(organizationId, refs),
    deps.budgets.readBooks(organizationId, target ? [target] : []),
    deps.thresholds.getMany(organizationId, target ? [target] : []),
  ]);
  return memberStanding(target, {
    own: books.flatMap(budgetsIn),
    levels: levels[0],
    rules: rules.filter((rule) => rule !== undefined),
  });
}

/** @param next says what the rule sets then, and may throw to refuse; nothing removes it */
async function changeRule(
  { defaults, audit, census }: Deps,
  { organizationId, actor, nowMs }: Call,
  ref: RuleRef,
  next: (before: MemberDefaults) => MemberDefaults,
): Promise<{ previous: DefaultsRule | undefined; rule: DefaultsRule }> {
  requireOwnOrganization(organizationId, ref.owner);
  return audit.change(async () => {
    let after: MemberDefaults = {};
    const { before, write } = await defaults.replacement(organizationId, ref, (stored) => {
      after = next(stored?.defaults ?? {});
      return { defaults: after, updatedAtMs: nowMs };
    });
    const entry = {
      organizationId,
      actor,
      action: setsNothing(after) ? 'defaults.delete' : 'defaults.put',
      target: `${ref.owner.scope}/${ref.owner.scopeId}/${ref.member}`,
      ...(before ? { before: defaultsViewOf(before.defaults) } : {}),
      after: defaultsViewOf(after),
      atMs: nowMs,
    };
    const version = (before?.version ?? 0) + 1;
    const changed = { ...ref, defaults: after, version, updatedAtMs: nowMs };
    const isSame = before && isDeepStrictEqual(entry.before, entry.after);
    return {
      previous: before,
      rule: isSame ? before : changed,
      entries: [entry],
      writes: [
        write,
        ...(await census.ruleWrites(organizationId, ref, {
          before: before?.defaults.budgets,
          after: after.budgets,
        })),
      ],
    };
  });
}

/** Whether a change of this field may end a control. */
const mayFree = (field: string): boolean => field === 'levels' || field.startsWith('budgets.');

function changedFields(before: MemberDefaults, after: MemberDefaults): string[] {
  const [was, is] = [flat(before), flat(after)];
  const fields = new Set([...was.keys(), ...is.keys()]);
  return [...fields]
    .filter((field) => !isDeepStrictEqual(was.get(field), is.get(field)))
    .toSorted();
}

/** What a rule sets, each default budget under a name of its own. */
function flat(defaults: MemberDefaults): Map<string, unknown> {
  const { budgets, ...rest } = defaultsViewOf(defaults);
  const named = Object.entries(budgets).map(([period, budget]): [string, unknown] => [
    `budgets.${period}`,
    budget,
  ]);
  return new Map([...Object.entries(rest), ...named]);
}

const noRule = ({ owner, member }: RuleRef): ServiceError =>
  notFound(`${ownerText(owner)} sets no defaults for members of the kind ${member}.`);
