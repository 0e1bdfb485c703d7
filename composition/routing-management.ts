import { createProviderManager } from '../services/routing/manage-providers.ts';
import { createRoutingManager } from '../services/routing/manage-routing.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createEndpointHealthStore } from '../tables/endpoint-health.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createProviderStore } from '../tables/providers.ts';
import { changeServices } from './changes.ts';
import type { World } from './world.ts';

/** Manages providers and routing, and shows the health of endpoints. */
export function routingManagement(
  db: DynamoDb,
  world: Pick<World, 'telemetry'>,
  limits: { prefix: string; privateHosts: readonly string[] },
) {
  const { sentKeys, audit } = changeServices(db, world);
  const providers = createProviderStore(db);
  return {
    sentKeys,
    providers,
    health: createEndpointHealthStore(db),
    providerManager: createProviderManager({ ...limits, providers, audit }),
    routing: createRoutingManager({
      settings: createOrganizationSettingsStore(db).routing,
      audit,
    }),
  };
}
