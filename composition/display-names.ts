import { createNameReader } from '../services/display-names.ts';
import { createDisplayNameStore } from '../tables/display-names.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import type { World } from './world.ts';

/** Reads display names. */
export const nameReading = (db: DynamoDb, { now }: Pick<World, 'now'>) => ({
  displayNames: createNameReader({ names: createDisplayNameStore(db), now }),
});
