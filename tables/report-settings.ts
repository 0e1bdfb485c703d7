import type { CostAllocation, SplitRule } from '../domain/reporting/shared-cost.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * What an organization wants of its reports. Access patterns: the tags that costs are grouped by;
 * replace them; how shared cost is split; replace it.
 */
export const reportSettingsTable = defineTable({
  name: 'report-settings',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'setting', type: 'S' },
});

export type ReportSettingsStore = ReturnType<typeof createReportSettingsStore>;

export function createReportSettingsStore(db: DynamoDb) {
  return {
    /** Names of the tags that costs are grouped by; none before any were listed. */
    listedTags: async (organizationId: string): Promise<string[]> =>
      tagsOf(
        await db.get({
          table: reportSettingsTable.name,
          key: { organizationId, setting: 'tags' },
          consistent: true,
        }),
      ),

    /** The tags that are listed, and the write that replaces them. */
    async tagsReplacement(
      organizationId: string,
      tags: readonly string[],
    ): Promise<Replacement<string[]>> {
      const key = { organizationId, setting: 'tags' };
      const item = { tags: [...tags] };
      const { before, write } = await replacementOf(db, reportSettingsTable.name, key, () => item);
      return { before: tagsOf(before), write };
    },

    /** How shared cost is split, if that was set. */
    async allocation(organizationId: string): Promise<CostAllocation | undefined> {
      const key = { organizationId, setting: 'allocation' };
      const item = await db.get({ table: reportSettingsTable.name, key, consistent: true });
      return item && allocationOf(item);
    },

    /** How shared cost is split, if that was set, and the write that replaces it. */
    async allocationReplacement(
      organizationId: string,
      { rule, sharedDepartments, shares }: CostAllocation,
    ): Promise<Replacement<CostAllocation>> {
      const key = { organizationId, setting: 'allocation' };
      const item = {
        rule,
        sharedDepartments: [...sharedDepartments],
        shares: shares.map((share) => ({ ...share })),
      };
      const { before, write } = await replacementOf(db, reportSettingsTable.name, key, () => item);
      return { before: before && allocationOf(before), write };
    },
  };
}

const allocationOf = (item: Item): CostAllocation => ({
  rule: item['rule'] as SplitRule,
  sharedDepartments: item['sharedDepartments'] as string[],
  shares: (item['shares'] as Item[]).map(({ departmentId, percentHundredths }) => ({
    departmentId: String(departmentId),
    percentHundredths: Number(percentHundredths),
  })),
});

const tagsOf = (item: Item | undefined): string[] => (item?.['tags'] ?? []) as string[];
