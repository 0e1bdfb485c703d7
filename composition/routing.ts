import { DEFAULT_ROUTING } from '../domain/routing/routing-settings.ts';
import type { CatalogReader } from '../services/catalog/model-catalog.ts';
import { createRefreshed } from '../services/refreshed.ts';
import { createEndpointRouter } from '../services/routing/endpoint-router.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createEndpointHealthStore } from '../tables/endpoint-health.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createProviderStore } from '../tables/providers.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import type { World } from './world.ts';

/** `catalogs`: the memory of catalogs that the rest of the process reads as well. */
type Needs = Pick<World, 'now' | 'telemetry' | 'randomBytes'> & { catalogs: CatalogReader };

/**
 * `regions` and `models`: where the deployment calls Amazon Bedrock, and for what. `region`: where this
 * process runs.
 */
type Place = { regions: readonly string[]; models: readonly string[]; region: string };

/** A change of providers or settings is in force everywhere within a few seconds. */
const SETTINGS = { freshMs: 2_000, staleMs: 10_000 };
/** Prices only order endpoints here; reserving reads them again. */
const PRICES = { freshMs: 60_000, staleMs: 15 * 60_000 };

/** Says where to send calls of models, and learns how they end. */
export function routingServices(db: DynamoDb, world: Needs, place: Place) {
  const { now, telemetry, randomBytes, catalogs } = world;
  const onError = (error: unknown): void => telemetry.error('ROUTING_NOT_RENEWED', { error });
  const providers = createProviderStore(db);
  const settings = createOrganizationSettingsStore(db);
  const rateCards = createRateCardStore(db);
  const cardsOf = createRefreshed(
    async (key) => {
      const [organizationId, model] = JSON.parse(key) as [string, string];
      return (await rateCards.getMany(organizationId, [model])).get(model) ?? [];
    },
    { now, ...PRICES, onError },
  );
  const { regions, region, models: bedrockModels } = place;
  const readers = {
    regions,
    routing: createRefreshed(
      async (organizationId) => {
        const [own, chosen] = await Promise.all([
          providers.list(organizationId),
          settings.routing.get(organizationId),
        ]);
        return { providers: own, settings: chosen ?? DEFAULT_ROUTING };
      },
      { now, ...SETTINGS, onError },
    ),
    catalog: (organizationId: string) => catalogs.current(organizationId),
  };
  return {
    served: { ...readers, bedrockModels },
    rateCards,
    router: createEndpointRouter({
      ...readers,
      region,
      now,
      random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
      rateCards: (organizationId, model) => cardsOf(JSON.stringify([organizationId, model])),
      healthStore: createEndpointHealthStore(db),
      onError: (error) => telemetry.error('ENDPOINT_HEALTH_NOT_SHARED', { error }),
    }),
  };
}
