import { createBudgetCheck } from '../services/members/check-budgets.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createPromptCaching } from '../services/gateway/prompt-caching.ts';
import { createCallBridge } from '../services/gateway/call-bridge.ts';
import { decisionServices } from './reservations.ts';
import { routingServices } from './routing.ts';
import type { World } from './world.ts';

type GatewayWorld = Parameters<typeof decisionServices>[1] & Pick<World, 'now' | 'randomBytes'>;

/** Serves calls of models, with the memory of what this process reserved. */
export function gatewayServices(
  db: DynamoDb,
  world: GatewayWorld,
  place: Parameters<typeof routingServices>[2],
) {
  const decisions = decisionServices(db, world);
  const { catalogs } = decisions;
  return {
    ...decisions,
    ...routingServices(db, { ...world, catalogs }, place),
    bridge: createCallBridge(world.now),
    promptCaching: createPromptCaching({ priceModel: decisions.priceModel, now: world.now }),
    check: createBudgetCheck({
      books: decisions.books,
      wallets: decisions.wallets,
      telemetry: world.telemetry,
    }),
    now: world.now,
  };
}
