import { createRefreshed } from '../services/refreshed.ts';
import { createEndpointRouter } from '../services/routing/endpoint-router.ts';
import { DEFAULT_ROUTING } from '../domain/routing/routing-settings.ts';
import type { RateCard } from '../domain/pricing/rate-card.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { decisionServices } from './reservations.ts';
import type { World } from './world.ts';

type GatewayWorld = Parameters<typeof decisionServices>[1] &
  Pick<World, 'now'> & {
    /** Where the deployment calls Amazon Bedrock, and where it runs. */
    regions: readonly string[];
    region: string;
  };

/** Prices only order endpoints here; reservations read their own. */
const PRICES_FRESH_MS = 10_000;
const PRICES_STALE_MS = 15 * 60_000;

/** Serves calls of models, with the memory of what this process reserved. */
export function gatewayServices(db: DynamoDb, world: GatewayWorld) {
  const decisions = decisionServices(db, world);
  const { now } = world;
  const cards = createRateCardStore(db);
  const ages = { now, freshMs: PRICES_FRESH_MS, staleMs: PRICES_STALE_MS };
  const cardsOf = createRefreshed(async (key: string): Promise<readonly RateCard[]> => {
    const [organizationId, model] = JSON.parse(key) as [string, string];
    return (await cards.getMany(organizationId, [model])).get(model) ?? [];
  }, ages);
  return {
    ...decisions,
    now,
    router: createEndpointRouter({
      regions: world.regions,
      region: world.region,
      routing: async () => ({ settings: DEFAULT_ROUTING, providers: [] }),
      catalog: (organizationId) => decisions.catalogs.current(organizationId),
      rateCards: (organizationId, model) => cardsOf(JSON.stringify([organizationId, model])),
      now,
      random: Math.random,
    }),
  };
}
