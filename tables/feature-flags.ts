import type { FlagOverride, FlagSetting, FlagUnit } from '../domain/flags/flag.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * How far each organization has rolled out each flag. Access patterns: all flags of one organization;
 * replace one.
 */
export const featureFlagsTable = defineTable({
  name: 'feature-flags',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'flag', type: 'S' },
});

export type FeatureFlagStore = ReturnType<typeof createFeatureFlagStore>;

export function createFeatureFlagStore(db: DynamoDb) {
  return {
    /** What an organization has set, by the flag's name. */
    async list(organizationId: string): Promise<Map<string, FlagSetting>> {
      const { items } = await db.query({
        table: featureFlagsTable.name,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      return new Map(items.map((item) => [item['flag'] as string, parse(item)]));
    },

    /** The setting that a flag has, and the write that replaces it. */
    async replacement(
      organizationId: string,
      flag: string,
      { enabled, rolloutPercent, unit, overrides }: FlagSetting,
    ): Promise<Replacement<FlagSetting>> {
      const key = { organizationId, flag };
      const item = {
        enabled,
        rolloutPercent,
        unit,
        overrides: overrides.map((override) => ({ ...override })),
      };
      const { before, write } = await replacementOf(db, featureFlagsTable.name, key, () => item);
      return { before: before && parse(before), write };
    },
  };
}

const parse = (item: Item): FlagSetting => ({
  enabled: item['enabled'] as boolean,
  rolloutPercent: Number(item['rolloutPercent']),
  unit: item['unit'] as FlagUnit,
  overrides: item['overrides'] as FlagOverride[],
});
