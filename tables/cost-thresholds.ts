import type { OwnLevels } from '../domain/controls/levels-in-force.ts';
import { THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import {
  CONTROL_ACTIONS,
  LEVEL_NAMES,
  type ThresholdLevel,
  WATCHED_PERIODS,
} from '../domain/controls/thresholds.ts';
import { type Period, PERIODS } from '../domain/periods.ts';
import { canonicalScope, type ScopeRef } from '../domain/scopes.ts';
import { SEVERITIES } from '../domain/severity.ts';
import {
  list,
  mapped,
  money,
  number,
  numbers,
  optional,
  present,
  words,
} from './codec/attributes.ts';
import { eachOf, fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, TransactionWrite } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import { changeOf } from './replacement.ts';

/**
 * Configured thresholds. Access patterns: the levels of one scope, or of many scopes of an
 * organization at once; replace a scope's levels.
 */
export const costThresholdsTable = defineTable({
  name: 'cost-thresholds',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

/** A level, in this table and inside other items. */
export const level = mapped(
  fields({
    name: words(LEVEL_NAMES),
    period: words(WATCHED_PERIODS),
    action: words(CONTROL_ACTIONS),
    tier: optional(numbers(THROTTLE_TIERS)),
    spares: optional(words(SEVERITIES)),
    amountNanoUsd: optional(money),
    percentHundredths: optional(number),
  }),
  ({ tier, spares, amountNanoUsd, percentHundredths, ...rest }): ThresholdLevel => ({
    ...rest,
    ...(tier === undefined ? {} : { tier }),
    ...(spares === undefined ? {} : { spares }),
    ...(amountNanoUsd === undefined
      ? { percentHundredths: present('percentHundredths', percentHundredths) }
      : { amountNanoUsd }),
  }),
  (value: ThresholdLevel) => value,
);

export const levelsCodec = itemCodec(costThresholdsTable, 'levels', {
  levels: list(level),
  budgets: optional(fields(eachOf(PERIODS, optional(list(level))))),
});

export type CostThresholdStore = ReturnType<typeof createCostThresholdStore>;

export function createCostThresholdStore(db: DynamoDb) {
  /** The levels of a scope as they stand, and the write that changes them. */
  async function change(
    organizationId: string,
    scope: ScopeRef,
    next: (before: OwnLevels) => OwnLevels,
  ): Promise<{ before: OwnLevels; after: OwnLevels; write: TransactionWrite }> {
    const key = keyOf(organizationId, scope);
    const stored = await changeOf(db, costThresholdsTable.name, key, (item) => {
      const { levels = [], budgets = {} } = next(ownLevelsOf(item));
      const isEmpty = levels.length === 0 && Object.values(budgets).every((set) => !set?.length);
      return isEmpty ? undefined : levelsCodec.encode({ levels, budgets });
    });
    const before = ownLevelsOf(stored.before);
    return { before, after: next(before), write: stored.write };
  }

  return {
    /** What is stored of each scope's levels, in the order requested; `undefined` if nothing is. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
    ): Promise<(OwnLevels | undefined)[]> {
      const keys = scopes.map((scope) => keyOf(organizationId, scope));
      const items = await readMany(db, costThresholdsTable.name, keys, { consistent: true });
      return items.map((item) => item && ownLevelsOf(item));
    },

    /** Replaces the scope's own levels; an empty list removes them. Those of its budgets stay. */
    replacement: (organizationId: string, scope: ScopeRef, levels: readonly ThresholdLevel[]) =>
      change(organizationId, scope, (before) => ({ ...before, levels })),

    /** Replaces the levels of one of the scope's budgets; an empty list removes them. */
    budgetReplacement: (
      organizationId: string,
      scope: ScopeRef,
      period: Period,
      levels: readonly ThresholdLevel[],
    ) =>
      change(organizationId, scope, ({ budgets, ...before }) => ({
        ...before,
        budgets: { ...budgets, [period]: levels.length === 0 ? undefined : levels },
      })),
  };
}

function ownLevelsOf(item: Item | undefined): OwnLevels {
  if (!item) return {};
  const { levels, budgets } = levelsCodec.decode(item);
  return { levels, budgets };
}

/** All forms of a model share levels. */
function keyOf(organizationId: string, ref: ScopeRef) {
  const { scope, scopeId } = canonicalScope(ref);
  return { organizationId, scopeKey: `${scope}#${scopeId}` };
}
