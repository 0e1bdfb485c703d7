import type { Savings } from '../domain/advice/savings.ts';
import type { ReportRange } from '../domain/reporting/report-range.ts';
import { readSavings } from '../services/advice/read-savings.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import type { WarmthSettings } from '../domain/advice/warmth.ts';
import { createBenchmarkManager } from '../services/advice/compare-benchmarks.ts';
import { createRecommendationManager } from '../services/advice/manage-recommendations.ts';
import { createWarmthReader, type WarmthMetrics } from '../services/advice/read-warmth.ts';
import { createModelCatalog } from '../services/catalog/model-catalog.ts';
import { createBenchmarkStore } from '../tables/benchmarks.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createModelStore } from '../tables/models.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createRecommendationStore } from '../tables/recommendations.ts';
import { changeServices } from './changes.ts';
import { createUsageSampleStore } from '../tables/usage-samples.ts';
import { analyticsStore, usageStore } from './usage-stores.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'now' | 'telemetry' | 'entryShards'> & {
  /** The organization that gets advice on this deployment's own cost. */
  operatorOrganization: string | undefined;
  warmth: WarmthSettings;
  metrics: WarmthMetrics;
};

/** The stores behind advice. */
export const adviceStores = (db: DynamoDb, world: Pick<World, 'now' | 'entryShards'>) => ({
  recommendations: createRecommendationStore(db),
  usage: usageStore(db, world),
  samples: createUsageSampleStore(db),
  analytics: analyticsStore(db, world),
  budgets: createBudgetStore(db),
  thresholds: createCostThresholdStore(db),
  defaults: createMemberDefaultsStore(db),
  rateCards: createRateCardStore(db),
  settings: createOrganizationSettingsStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now: world.now }),
});

/** Computes how each organization could spend less. */
export const adviceServices = (
  db: DynamoDb,
  { operatorOrganization, warmth, metrics, ...world }: Needs,
) => ({
  ...adviceStores(db, world),
  warmth: createWarmthReader({
    operatorOrganization,
    settings: warmth,
    metrics,
    telemetry: world.telemetry,
  }),
  telemetry: world.telemetry,
  now: world.now,
});

/** Reads what was saved in a period. */
export function savingsReader(
  db: DynamoDb,
  { operatorOrganization, warmth, metrics, ...world }: Needs,
) {
  const { telemetry } = world;
  const deps = {
    recommendations: createRecommendationStore(db),
    usage: usageStore(db, world),
    samples: createUsageSampleStore(db),
    analytics: analyticsStore(db, world),
    settings: createReportSettingsStore(db),
    rateCards: createRateCardStore(db),
    catalogs: createModelCatalog({ models: createModelStore(db), now: world.now }),
    warmth: createWarmthReader({ operatorOrganization, settings: warmth, metrics, telemetry }),
  };
  return (organizationId: string, range: ReportRange, nowMs: number): Promise<Savings> =>
    readSavings(deps, organizationId, range, nowMs);
}

/** Shows advice, records decisions about it and measures the outcome. */
export function recommendationServices(db: DynamoDb, world: Needs) {
  const { sentKeys, audit } = changeServices(db, world);
  return {
    sentKeys,
    manager: createRecommendationManager({ ...adviceServices(db, world), audit }),
  };
}

/** Compares unit costs with an industry profile. */
export function benchmarkServices(db: DynamoDb, world: Pick<World, 'telemetry' | 'entryShards'>) {
  const { sentKeys, audit } = changeServices(db, world);
  return {
    sentKeys,
    manager: createBenchmarkManager({
      benchmarks: createBenchmarkStore(db),
      analytics: analyticsStore(db, world),
      audit,
    }),
  };
}
