import { FLAG_UNITS, type FlagSetting, OVERRIDE_SCOPES } from '../domain/flags/flag.ts';
import { flag, list, number, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * How far each organization has rolled out each flag. Access patterns: all flags of an
 * organization; replace one.
 */
export const featureFlagsTable = defineTable({
  name: 'feature-flags',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'flag', type: 'S' },
});

export const flagCodec = itemCodec(featureFlagsTable, 'flag', {
  flag: text,
  enabled: flag,
  rolloutPercent: number,
  unit: words(FLAG_UNITS),
  overrides: list(
    fields({
      scope: words(OVERRIDE_SCOPES),
      scopeId: text,
      spelling: optional(text),
      enabled: flag,
    }),
  ),
});

export type FeatureFlagStore = ReturnType<typeof createFeatureFlagStore>;

export function createFeatureFlagStore(db: DynamoDb) {
  return {
    /** An organization's settings by flag name. */
    async list(organizationId: string): Promise<Map<string, FlagSetting>> {
      const items = await queryAll(db, {
        table: featureFlagsTable.name,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      return new Map(
        items.map((item) => {
          const { flag: flagName, ...setting } = flagCodec.decode(item);
          return [flagName, setting];
        }),
      );
    },

    /** A flag's setting, and the write that replaces it. */
    async replacement(
      organizationId: string,
      name: string,
      setting: FlagSetting,
    ): Promise<Replacement<FlagSetting>> {
      const key = { organizationId, flag: name };
      const item = flagCodec.encode({ flag: name, ...setting });
      const { before, write } = await replacementOf(db, featureFlagsTable.name, key, () => item);
      return { before: before && settingOf(before), write };
    },
  };
}

function settingOf(item: Item): FlagSetting {
  const { flag: _, ...setting } = flagCodec.decode(item);
  return setting;
}
