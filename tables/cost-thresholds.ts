import type { ThrottleTier } from '../domain/controls/restriction.ts';
import type {
  ControlAction,
  LevelName,
  ThresholdLevel,
  WatchedPeriod,
} from '../domain/controls/thresholds.ts';
import { canonicalScope, type ScopeRef } from '../domain/scopes.ts';
import type { Severity } from '../domain/severity.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * Thresholds that somebody configured. Access patterns: the levels of one scope, or of many scopes
 * of one organization at once; replace the levels of a scope.
 */
export const costThresholdsTable = defineTable({
  name: 'cost-thresholds',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

export type CostThresholdStore = ReturnType<typeof createCostThresholdStore>;

export function createCostThresholdStore(db: DynamoDb) {
  return {
    /** Levels configured for each scope, in the order asked for; `undefined` where there are none. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
    ): Promise<(ThresholdLevel[] | undefined)[]> {
      const keys = scopes.map((scope) => keyOf(organizationId, scope));
      const items = await readMany(db, costThresholdsTable.name, keys);
      return items.map((item) => item && parse(item));
    },

    /** The levels that a scope has, and the write that replaces them. */
    async replacement(
      organizationId: string,
      scope: ScopeRef,
      levels: readonly ThresholdLevel[],
    ): Promise<Replacement<ThresholdLevel[]>> {
      const key = keyOf(organizationId, scope);
      const item = { levels: levels.map((level) => ({ ...level })) };
      const { before, write } = await replacementOf(db, costThresholdsTable.name, key, () => item);
      return { before: before && parse(before), write };
    },
  };
}

/** A model's levels are those of its every form. */
function keyOf(organizationId: string, ref: ScopeRef) {
  const { scope, scopeId } = canonicalScope(ref);
  return { organizationId, scopeKey: `${scope}#${scopeId}` };
}

const parse = (item: Item): ThresholdLevel[] => (item['levels'] as Item[]).map(parseLevel);

/** A level as it is stored inside another item. */
export function parseLevel(stored: Item): ThresholdLevel {
  return {
    name: stored['name'] as LevelName,
    period: stored['period'] as WatchedPeriod,
    action: stored['action'] as ControlAction,
    ...(stored['tier'] === undefined ? {} : { tier: Number(stored['tier']) as ThrottleTier }),
    ...(stored['spares'] === undefined ? {} : { spares: stored['spares'] as Severity }),
    ...('amountNanoUsd' in stored
      ? { amountNanoUsd: stored['amountNanoUsd'] as bigint }
      : { percentHundredths: Number(stored['percentHundredths']) }),
  };
}
