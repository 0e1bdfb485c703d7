import type { CostAllocation, SplitRule } from '../domain/reporting/shared-cost.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

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

    /** Replaces the listed tags; answers those that were listed. */
    async putTags(organizationId: string, tags: readonly string[]): Promise<string[]> {
      const result = await db.write({
        kind: 'put',
        table: reportSettingsTable.name,
        item: { organizationId, setting: 'tags', tags: [...tags] },
      });
      return result.ok ? tagsOf(result.item) : [];
    },

    /** How shared cost is split, if that was set. */
    async allocation(organizationId: string): Promise<CostAllocation | undefined> {
      const key = { organizationId, setting: 'allocation' };
      const item = await db.get({ table: reportSettingsTable.name, key, consistent: true });
      return item && allocationOf(item);
    },

    /** Replaces how shared cost is split; answers what was set. */
    async putAllocation(
      organizationId: string,
      { rule, sharedDepartments, shares }: CostAllocation,
    ): Promise<CostAllocation | undefined> {
      const result = await db.write({
        kind: 'put',
        table: reportSettingsTable.name,
        item: {
          organizationId,
          setting: 'allocation',
          rule,
          sharedDepartments: [...sharedDepartments],
          shares: shares.map((share) => ({ ...share })),
        },
      });
      return result.ok && result.item ? allocationOf(result.item) : undefined;
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
