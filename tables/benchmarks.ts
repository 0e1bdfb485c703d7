import { FIGURE_BASES, type Profile, UNIT_METRICS } from '../domain/benchmarks/profile.ts';
import { list, money, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * Industry profiles that organizations set; they take precedence over built-in ones. Access
 * patterns: one profile of one organization; replace it.
 */
export const benchmarksTable = defineTable({
  name: 'benchmarks',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'industry', type: 'S' },
});

export const profileCodec = itemCodec(benchmarksTable, 'profile', {
  industry: text,
  title: text,
  figures: list(
    fields({
      metric: words(UNIT_METRICS),
      operation: optional(text),
      lowNanoUsd: money,
      typicalNanoUsd: money,
      highNanoUsd: money,
      basis: words(FIGURE_BASES),
      meaning: text,
      source: text,
      sourceDate: text,
    }),
  ),
});

export type BenchmarkStore = ReturnType<typeof createBenchmarkStore>;

export function createBenchmarkStore(db: DynamoDb) {
  return {
    async get(organizationId: string, industry: string): Promise<Profile | undefined> {
      const key = { organizationId, industry };
      const item = await db.get({ table: benchmarksTable.name, key, consistent: true });
      return item && profileCodec.decode(item);
    },

    /** An industry's profile, and the write that replaces it. */
    async replacement(organizationId: string, profile: Profile): Promise<Replacement<Profile>> {
      const key = { organizationId, industry: profile.industry };
      const item = profileCodec.encode(profile);
      const { before, write } = await replacementOf(db, benchmarksTable.name, key, () => item);
      return { before: before && profileCodec.decode(before), write };
    },
  };
}
