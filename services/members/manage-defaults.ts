import { isDeepStrictEqual } from 'node:util';
import { defaultsViewOf } from '../../contracts/defaults.ts';
import type { Call } from '../../domain/access/caller.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import { type MemberStanding, memberStanding } from '../../domain/members/effective-defaults.ts';
import {
  changedDefaults,
  type DefaultsChange,
  type DefaultsRule,
  MEMBER_KINDS,
  type MemberDefaults,
  type MemberKind,
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
import { notFound, ServiceError } from '../errors.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

type Deps = {
  defaults: MemberDefaultsStore;
  budgets: Pick<BudgetStore, 'readBooks'>;
  thresholds: Pick<CostThresholdStore, 'getMany'>;
  audit: Pick<AuditLog, 'change'>;
};

/** A member, or any other scope, that values are in force for. */
export type Member = { scope: ScopeRef['scope'] | MemberKind; scopeId: string };

export type DefaultsManager = ReturnType<typeof createDefaultsManager>;

/** Defaults for members as people manage them. Every change is audited. */
export function createDefaultsManager({ defaults, budgets, thresholds, audit }: Deps) {
  async function read(organizationId: string, ref: RuleRef): Promise<DefaultsRule> {
    requireOwnOrganization(organizationId, ref.owner);
    const [rule] = await defaults.getMany(organizationId, [ref]);
    if (!rule || setsNothing(rule.defaults)) throw noRule(ref);
    return rule;
  }

  /** @param next says what the rule sets then, and may throw to refuse */
  async function change(
    { organizationId, actor, nowMs }: Call,
    ref: RuleRef,
    action: string,
    next: (before: MemberDefaults) => MemberDefaults,
  ): Promise<{ before: MemberDefaults; rule: DefaultsRule }> {
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
        action,
        target: `${ref.owner.scope}/${ref.owner.scopeId}/${ref.member}`,
        ...(before ? { before: defaultsViewOf(before.defaults) } : {}),
        after: defaultsViewOf(after),
        atMs: nowMs,
      };
      const version = (before?.version ?? 0) + 1;
      const rule = { ...ref, defaults: after, version, updatedAtMs: nowMs };
      const isSame = before && isDeepStrictEqual(entry.before, entry.after);
      return {
        before: before?.defaults ?? {},
        rule: isSame ? before : rule,
        entries: [entry],
        writes: [write],
      };
    });
  }

  return {
    /** Every rule that sets anything. */
    async list(organizationId: string): Promise<DefaultsRule[]> {
      const rules = await defaults.list(organizationId);
      return rules.filter((rule) => !setsNothing(rule.defaults));
    },

    /** @throws ServiceError `not-found` where the owner sets nothing for this kind of member */
    get: read,

    /**
     * Sets or changes a rule; what the change leaves out stays.
     * @returns the rule, and which of its fields are others than before
     * @throws ServiceError `invalid-request`, naming the field that the rule may not have
     */
    async put(
      call: Call,
      ref: RuleRef,
      given: DefaultsChange,
    ): Promise<{ rule: DefaultsRule; changed: string[] }> {
      const { before, rule } = await change(call, ref, 'defaults.put', (stored) => {
        const { defaults: next, faults } = changedDefaults(ref.member, stored, given);
        const [fault] = faults;
        if (!fault) return next;
        const text = `${fault.field}: ${fault.message}`;
        throw new ServiceError({ kind: 'invalid-request' }, text, { fields: faults });
      });
      return { rule, changed: changedFields(before, rule.defaults) };
    },

    /** Removes a rule, and returns it as it was. @throws ServiceError `not-found` */
    async remove(call: Call, ref: RuleRef): Promise<DefaultsRule> {
      const before = await read(call.organizationId, ref);
      await change(call, ref, 'defaults.delete', () => ({}));
      return before;
    },

    /** What is in force for a member, and what set each value. */
    async effective(
      organizationId: string,
      member: Member,
      departmentId: string | undefined,
    ): Promise<MemberStanding> {
      const { scope, scopeId } = member;
      const target = isScope(scope) ? canonicalScope({ scope, scopeId }) : undefined;
      if (target) requireOwnOrganization(organizationId, target);
      const kind = MEMBER_KINDS.find((name) => name === member.scope);
      const refs = kind ? rulesFor(organizationId, kind, departmentId) : [];
      const [rules, books, levels] = await Promise.all([
        defaults.getMany(organizationId, refs),
        budgets.readBooks(organizationId, target ? [target] : []),
        thresholds.getMany(organizationId, target ? [target] : []),
      ]);
      return memberStanding(target, {
        own: books.flatMap(budgetsIn),
        levels: { levels: levels[0] },
        rules: rules.filter((rule) => rule !== undefined),
      });
    },
  };
}

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
