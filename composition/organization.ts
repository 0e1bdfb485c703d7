import { createFlagManager } from '../services/manage-flags.ts';
import { createCostBasisManager } from '../services/manage-cost-basis.ts';
import { createNamingManager } from '../services/manage-naming.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../tables/feature-flags.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { changeServices } from './changes.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'telemetry'>;

/** Manages feature flags. */
export function flagServices(db: DynamoDb, world: Needs) {
  const { sentKeys, audit } = changeServices(db, world);
  return { sentKeys, manager: createFlagManager({ flags: createFeatureFlagStore(db), audit }) };
}

/** Manages what applies to all requests of an organization. */
export function settingServices(db: DynamoDb, world: Needs) {
  const { sentKeys, audit } = changeServices(db, world);
  const settings = createOrganizationSettingsStore(db);
  return {
    sentKeys,
    naming: createNamingManager({ settings, audit }),
    costBasis: createCostBasisManager({ settings, audit }),
  };
}
