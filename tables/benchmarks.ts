import type { Figure, Profile } from '../domain/benchmarks/profile.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

/**
 * Profiles that organizations set for industries, before which built-in ones give way. Access
 * patterns: one profile of one organization; replace it.
 */
export const benchmarksTable = defineTable({
  name: 'benchmarks',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'industry', type: 'S' },
});

export type BenchmarkStore = ReturnType<typeof createBenchmarkStore>;

export function createBenchmarkStore(db: DynamoDb) {
  return {
    async get(organizationId: string, industry: string): Promise<Profile | undefined> {
      const key = { organizationId, industry };
      const item = await db.get({ table: benchmarksTable.name, key, consistent: true });
      return item && parse(item);
    },

    /** Replaces a profile; answers the one there was. */
    async put(organizationId: string, profile: Profile): Promise<Profile | undefined> {
      const { industry, title, figures } = profile;
      const result = await db.write({
        kind: 'put',
        table: benchmarksTable.name,
        item: {
          organizationId,
          industry,
          title,
          figures: figures.map((figure) => ({ ...figure })),
        },
      });
      return result.ok && result.item ? parse(result.item) : undefined;
    },
  };
}

const parse = (item: Item): Profile => ({
  industry: String(item['industry']),
  title: String(item['title']),
  figures: item['figures'] as unknown as Figure[],
});
