import { createControlStore } from '../tables/auto-control-config.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import type { ProposePricesDeps } from '../services/catalog/propose-prices.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createModelStore } from '../tables/models.ts';
import { createPredictorArtifactStore } from '../tables/predictor-artifacts/predictor-artifacts.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { changeServices } from './changes.ts';
import { analyticsStore } from './usage-stores.ts';
import type { World } from './world.ts';

/** Shows models and manages rate cards and the current predictor. */
export const catalogServices = (db: DynamoDb, world: Pick<World, 'now' | 'telemetry'>) => ({
  ...changeServices(db, world),
  rateCards: createRateCardStore(db),
  models: createModelStore(db),
  artifacts: createPredictorArtifactStore(db),
  budgets: createBudgetStore(db),
  thresholds: createCostThresholdStore(db),
  controls: createControlStore(db),
});

/** Compares rate cards with a public price list. */
export const priceServices = (
  db: DynamoDb,
  world: Pick<World, 'telemetry' | 'alerts' | 'entryShards'> & Pick<ProposePricesDeps, 'priceList'>,
): ProposePricesDeps => ({
  ...world,
  audit: changeServices(db, world).audit,
  analytics: analyticsStore(db, world),
  settings: createOrganizationSettingsStore(db),
  rateCards: createRateCardStore(db),
});
