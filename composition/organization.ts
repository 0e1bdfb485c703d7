import { createFlagManager } from '../services/manage-flags.ts';
import { DEFAULT_COST_BASIS } from '../domain/pricing/cost-basis.ts';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import { DEFAULT_PRICE_UPDATES } from '../domain/pricing/price-updates.ts';
import { createLeaveManager } from '../services/advice/manage-leave.ts';
import { createCachedRoutesManager } from '../services/caching/manage-cached-routes.ts';
import { createChoiceManager } from '../services/manage-choice.ts';
import { createNamingManager } from '../services/manage-naming.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../tables/feature-flags.ts';
import { createModelStore } from '../tables/models.ts';
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
    leave: createLeaveManager({
      settings: settings.adviceLeave,
      models: createModelStore(db),
      audit,
    }),
    cachedRoutes: createCachedRoutesManager({ settings: settings.caching, audit }),
    costBasis: createChoiceManager({
      store: settings.costBasis,
      audit,
      initial: DEFAULT_COST_BASIS,
      entry: { action: 'cost-settings.put', target: 'costs', member: 'basis' },
    }),
    timeZone: createChoiceManager({
      store: settings.timeZone,
      audit,
      initial: DEFAULT_TIME_ZONE,
      entry: { action: 'time-settings.put', target: 'time', member: 'timeZone' },
    }),
    priceUpdates: createChoiceManager({
      store: settings.priceUpdates,
      audit,
      initial: DEFAULT_PRICE_UPDATES,
      entry: { action: 'price-settings.put', target: 'prices', member: 'updates' },
    }),
  };
}
