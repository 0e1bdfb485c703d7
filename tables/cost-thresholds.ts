import type { LevelName, ThresholdLevel, ControlAction } from '../domain/controls/thresholds.ts';
import type { Period } from '../domain/periods.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

/**
 * Thresholds that somebody configured. Access patterns: the levels of one scope, or of many scopes
 * of one organization at once; replace the levels of a scope.
 */
export const costThresholdsTable = defineTable({
  name: 'cost-thresholds',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

const MAX_KEYS_PER_READ = 100;

export type CostThresholdStore = ReturnType<typeof createCostThresholdStore>;

export function createCostThresholdStore(db: DynamoDb) {
  const keyOf = (organizationId: string, { scope, scopeId }: ScopeRef) => ({
    organizationId,
    scopeKey: `${scope}#${scopeId}`,
  });

  return {
    /** Levels configured for each scope, in the order asked for; `undefined` where there are none. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
    ): Promise<(ThresholdLevel[] | undefined)[]> {
      const found: (ThresholdLevel[] | undefined)[] = [];
      for (let first = 0; first < scopes.length; first += MAX_KEYS_PER_READ) {
        const items = await db.batchGet(
          scopes.slice(first, first + MAX_KEYS_PER_READ).map((scope) => ({
            table: costThresholdsTable.name,
            key: keyOf(organizationId, scope),
          })),
        );
        found.push(...items.map((item) => item && parse(item)));
      }
      return found;
    },

    /** Replaces the levels of a scope; answers those it had. */
    async put(
      organizationId: string,
      scope: ScopeRef,
      levels: readonly ThresholdLevel[],
    ): Promise<ThresholdLevel[] | undefined> {
      const result = await db.write({
        kind: 'put',
        table: costThresholdsTable.name,
        item: { ...keyOf(organizationId, scope), levels: levels.map((level) => ({ ...level })) },
      });
      return result.ok && result.item ? parse(result.item) : undefined;
    },
  };
}

function parse(item: Item): ThresholdLevel[] {
  return (item['levels'] as Item[]).map((level) => ({
    name: level['name'] as LevelName,
    period: level['period'] as Period,
    action: level['action'] as ControlAction,
    ...('amountNanoUsd' in level
      ? { amountNanoUsd: level['amountNanoUsd'] as bigint }
      : { percentHundredths: Number(level['percentHundredths']) }),
  }));
}
