import { ENFORCEMENTS, EXPIRY_POLICIES } from '../domain/ledger/budget.ts';
import { COUNT_UNITS } from '../domain/ledger/counts.ts';
import {
  DEFAULTS_OWNERS,
  type DefaultsRule,
  MEMBER_KINDS,
  type MemberDefaults,
  type RuleRef,
} from '../domain/members/member-defaults.ts';
import { PERIODS } from '../domain/periods.ts';
import { list, money, number, optional, text, words } from './codec/attributes.ts';
import { eachOf, fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { level } from './cost-thresholds.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { readMany } from './read-many.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * What organizations and departments set for their members by default. Access patterns: some rules by
 * owner and kind of member; all rules of one organization; replace one. A rule that was removed
 * stays as an item that sets nothing, so that its version goes on.
 */
export const memberDefaultsTable = defineTable({
  name: 'member-defaults',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'rule', type: 'S' },
});

const defaultBudget = fields({
  limitNanoUsd: optional(money),
  countLimits: optional(fields(eachOf(COUNT_UNITS, optional(number)))),
  timeZone: text,
  enforcement: words(ENFORCEMENTS),
  onExpiry: optional(words(EXPIRY_POLICIES)),
});

export const defaultsCodec = itemCodec(memberDefaultsTable, 'defaults', {
  scope: words(DEFAULTS_OWNERS),
  scopeId: text,
  spelling: optional(text),
  member: words(MEMBER_KINDS),
  budgets: optional(fields(eachOf(PERIODS, optional(defaultBudget)))),
  levels: optional(list(level)),
  holdSeconds: optional(number),
  idleSeconds: optional(number),
  version: number,
  updatedAtMs: number,
});

export type MemberDefaultsStore = ReturnType<typeof createMemberDefaultsStore>;

export function createMemberDefaultsStore(db: DynamoDb) {
  const table = memberDefaultsTable.name;
  return {
    /** Rules by reference, in order; `undefined` where none was ever set. */
    async getMany(
      organizationId: string,
      refs: readonly RuleRef[],
    ): Promise<(DefaultsRule | undefined)[]> {
      const keys = new Map(
        refs.map((ref) => {
          const key = keyOf(organizationId, ref);
          return [key.rule, key];
        }),
      );
      const items = await readMany(db, table, [...keys.values()], { consistent: true });
      const rules = new Map([...keys.keys()].map((rule, position) => [rule, items[position]]));
      return refs.map((ref) => {
        const item = rules.get(keyOf(organizationId, ref).rule);
        return item && ruleOf(item);
      });
    },

    /** Every rule of an organization, with those that were removed. */
    async list(organizationId: string): Promise<DefaultsRule[]> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      return items.map(ruleOf);
    },

    /** The rule as it stands, and the write that replaces its defaults. @param next may throw to refuse */
    async replacement(
      organizationId: string,
      { owner, member }: RuleRef,
      next: (before: DefaultsRule | undefined) => { defaults: MemberDefaults; updatedAtMs: number },
    ): Promise<Replacement<DefaultsRule>> {
      const key = keyOf(organizationId, { owner, member });
      const { before, write } = await replacementOf(db, table, key, (item) => {
        const stored = item && ruleOf(item);
        const { defaults, updatedAtMs } = next(stored);
        const version = (stored?.version ?? 0) + 1;
        return defaultsCodec.encode({ ...owner, member, ...defaults, version, updatedAtMs });
      });
      return { before: before && ruleOf(before), write };
    },
  };
}

function ruleOf(item: Item): DefaultsRule {
  const stored = defaultsCodec.decode(item);
  const { scope, scopeId, spelling, member, version, updatedAtMs, ...defaults } = stored;
  const owner = { scope, scopeId, ...(spelling === undefined ? {} : { spelling }) };
  return { owner, member, defaults, version, updatedAtMs };
}

const keyOf = (organizationId: string, { owner, member }: RuleRef) => ({
  organizationId,
  rule: `${owner.scope}#${owner.scopeId}#${member}`,
});
