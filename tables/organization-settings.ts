import { ID_COMPARISONS, type Naming } from '../domain/naming/naming.ts';
import { flag, optional, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * An organization's settings for all its requests. Access patterns: how it compares ids; replace
 * that.
 */
export const organizationSettingsTable = defineTable({
  name: 'organization-settings',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'setting', type: 'S' },
});

export const namingCodec = itemCodec(organizationSettingsTable, 'naming', {
  idComparison: words(ID_COMPARISONS),
  defaultDepartmentId: optional(text),
  isDepartmentRequired: flag,
});

export type OrganizationSettingsStore = ReturnType<typeof createOrganizationSettingsStore>;

export function createOrganizationSettingsStore(db: DynamoDb) {
  return {
    /** How an organization compares ids, if it has set that. */
    async naming(organizationId: string): Promise<Naming | undefined> {
      const key = { organizationId, setting: 'identity' };
      const table = organizationSettingsTable.name;
      const item = await db.get({ table, key, consistent: true });
      return item && namingCodec.decode(item);
    },

    /** How an organization compares ids, if it has set that, and the write that replaces it. */
    async replacement(
      organizationId: string,
      next: (before: Naming | undefined) => Naming,
    ): Promise<Replacement<Naming>> {
      const key = { organizationId, setting: 'identity' };
      const table = organizationSettingsTable.name;
      const { before, write } = await replacementOf(db, table, key, (item) =>
        namingCodec.encode(next(item && namingCodec.decode(item))),
      );
      return { before: before && namingCodec.decode(before), write };
    },
  };
}
