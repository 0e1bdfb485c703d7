import { createBudgetCheck } from '../services/members/check-budgets.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createPromptCaching } from '../services/gateway/prompt-caching.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createResponseCacheStore } from '../tables/response-cache.ts';
import type { SharedStore } from '../domain/caching/cache.ts';
import { createResponseCache } from '../services/gateway/response-cache.ts';
import { createRefreshed } from '../services/refreshed.ts';
import { createCallBridge } from '../services/gateway/call-bridge.ts';
import { decisionServices } from './reservations.ts';
import { routingServices } from './routing.ts';
import type { World } from './world.ts';

type GatewayWorld = Parameters<typeof decisionServices>[1] &
  Pick<World, 'now' | 'randomBytes'> & { answers?: SharedStore | undefined };

/** A change is in force everywhere within a few seconds. */
const CACHED_ROUTES = { freshMs: 2_000, staleMs: 10_000 };

/** Serves calls of models, with the memory of what this process reserved. */
export function gatewayServices(
  db: DynamoDb,
  world: GatewayWorld,
  place: Parameters<typeof routingServices>[2],
) {
  const decisions = decisionServices(db, world);
  const { catalogs, prompts } = decisions;
  const settings = createOrganizationSettingsStore(db);
  return {
    ...decisions,
    ...routingServices(db, { ...world, catalogs }, place),
    responses: createResponseCache({
      answers: world.answers,
      store: createResponseCacheStore(db),
      prompts,
      routes: createRefreshed(
        async (organizationId) => (await settings.caching.get(organizationId))?.routes ?? [],
        { now: world.now, ...CACHED_ROUTES },
      ),
      telemetry: world.telemetry,
      now: world.now,
    }),
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
