import { type CostAllocation, SPLIT_RULES } from '../domain/reporting/shared-cost.ts';
import { list, number, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * An organization's report settings. Access patterns: the tags that costs are grouped by; replace
 * them; the split of shared cost; replace it.
 */
export const reportSettingsTable = defineTable({
  name: 'report-settings',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'setting', type: 'S' },
});

/** Names of the tags that costs are grouped by. */
export const tagsCodec = itemCodec(reportSettingsTable, 'tags', { tags: list(text) });

/** How shared cost is split. */
export const allocationCodec = itemCodec(reportSettingsTable, 'allocation', {
  rule: words(SPLIT_RULES),
  sharedDepartments: list(text),
  shares: list(fields({ departmentId: text, percentHundredths: number })),
});

export type ReportSettingsStore = ReturnType<typeof createReportSettingsStore>;

export function createReportSettingsStore(db: DynamoDb) {
  return {
    /** Names of the tags that costs are grouped by; empty if none were ever listed. */
    listedTags: async (organizationId: string): Promise<string[]> =>
      tagsOf(
        await db.get({
          table: reportSettingsTable.name,
          key: { organizationId, setting: 'tags' },
          consistent: true,
        }),
      ),

    /** The listed tags, and the write that replaces them. */
    async tagsReplacement(
      organizationId: string,
      tags: readonly string[],
    ): Promise<Replacement<string[]>> {
      const key = { organizationId, setting: 'tags' };
      const item = tagsCodec.encode({ tags });
      const { before, write } = await replacementOf(db, reportSettingsTable.name, key, () => item);
      return { before: tagsOf(before), write };
    },

    /** How shared cost is split, if that is configured. */
    async allocation(organizationId: string): Promise<CostAllocation | undefined> {
      const key = { organizationId, setting: 'allocation' };
      const item = await db.get({ table: reportSettingsTable.name, key, consistent: true });
      return item && allocationCodec.decode(item);
    },

    /** How shared cost is split, if that is configured, and the write that replaces it. */
    async allocationReplacement(
      organizationId: string,
      allocation: CostAllocation,
    ): Promise<Replacement<CostAllocation>> {
      const key = { organizationId, setting: 'allocation' };
      const item = allocationCodec.encode(allocation);
      const { before, write } = await replacementOf(db, reportSettingsTable.name, key, () => item);
      return { before: before && allocationCodec.decode(before), write };
    },
  };
}

const tagsOf = (item: Item | undefined): string[] => (item ? tagsCodec.decode(item).tags : []);
