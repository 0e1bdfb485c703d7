import { createModelNames } from '../services/catalog/model-names.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import type { World } from './world.ts';

/** Optimizes prompts at the organization's prices. */
export function promptServices(db: DynamoDb, world: Pick<World, 'now'>) {
  const rateCards = createRateCardStore(db);
  return { rateCards, names: createModelNames(rateCards, world.now) };
}
