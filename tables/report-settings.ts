import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

/**
 * What an organization wants of its reports. Access patterns: the tags that costs are grouped by;
 * replace them.
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
  };
}

const tagsOf = (item: Item | undefined): string[] => (item?.['tags'] ?? []) as string[];
