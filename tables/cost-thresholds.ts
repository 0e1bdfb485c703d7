import { THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import {
  CONTROL_ACTIONS,
  LEVEL_NAMES,
  type ThresholdLevel,
  WATCHED_PERIODS,
} from '../domain/controls/thresholds.ts';
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
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import { type Replacement, replacementOf } from './replacement.ts';

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

export const levelsCodec = itemCodec(costThresholdsTable, 'levels', { levels: list(level) });

export type CostThresholdStore = ReturnType<typeof createCostThresholdStore>;

export function createCostThresholdStore(db: DynamoDb) {
  return {
    /** The configured levels of each scope, in the order requested; `undefined` if it has none. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
    ): Promise<(ThresholdLevel[] | undefined)[]> {
      const keys = scopes.map((scope) => keyOf(organizationId, scope));
      const items = await readMany(db, costThresholdsTable.name, keys);
      return items.map((item) => item && levelsCodec.decode(item).levels);
    },

    /** A scope's levels, and the write that replaces them. */
    async replacement(
      organizationId: string,
      scope: ScopeRef,
      levels: readonly ThresholdLevel[],
    ): Promise<Replacement<ThresholdLevel[]>> {
      const key = keyOf(organizationId, scope);
      const item = levelsCodec.encode({ levels });
      const { before, write } = await replacementOf(db, costThresholdsTable.name, key, () => item);
      return { before: before && levelsCodec.decode(before).levels, write };
    },
  };
}

/** All forms of a model share levels. */
function keyOf(organizationId: string, ref: ScopeRef) {
  const { scope, scopeId } = canonicalScope(ref);
  return { organizationId, scopeKey: `${scope}#${scopeId}` };
}
