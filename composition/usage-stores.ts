import { usageShardsOn } from '../domain/reporting/usage-shards.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createTokenAnalyticsStore } from '../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../tables/token-usage/token-usage.ts';
import type { World } from './world.ts';

/** In how many parts usage is stored follows from this. */
export type Sharded = Pick<World, 'entryShards'>;

/** Usage records, in the shards that follow from those of entries. */
export const usageStore = (db: DynamoDb, { entryShards }: Sharded) =>
  createTokenUsageStore(db, usageShardsOn(entryShards));

/** Sums of usage, in the same shards. */
export const analyticsStore = (db: DynamoDb, { entryShards }: Sharded) =>
  createTokenAnalyticsStore(db, usageShardsOn(entryShards));
