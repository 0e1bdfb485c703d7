import { createBudgetCheck } from '../services/members/check-budgets.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { predictionServices } from './prediction.ts';
import { chargeServices } from './reservations.ts';
import type { World } from './world.ts';

/** Tells agents what is left and what requests cost, and charges what they report. */
export function toolServices(
  db: DynamoDb,
  world: Pick<World, 'now' | 'telemetry' | 'alerts' | 'retentionDays' | 'entryShards'>,
) {
  const { telemetry } = world;
  const books = createBudgetStore(db);
  return {
    ...chargeServices(db, world),
    ...predictionServices(db, world),
    check: createBudgetCheck({ books, wallets: createWalletStore(db, world), telemetry }),
  };
}
