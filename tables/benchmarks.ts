import type { Figure, Profile } from '../domain/benchmarks/profile.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

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

    /** The profile of an industry, and the write that replaces it. */
    async replacement(
      organizationId: string,
      { industry, title, figures }: Profile,
    ): Promise<Replacement<Profile>> {
      const key = { organizationId, industry };
      const item = { title, figures: figures.map((figure) => ({ ...figure })) };
      const { before, write } = await replacementOf(db, benchmarksTable.name, key, () => item);
      return { before: before && parse(before), write };
    },
  };
}

const parse = (item: Item): Profile => ({
  industry: String(item['industry']),
  title: String(item['title']),
  figures: item['figures'] as unknown as Figure[],
});
