import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import type { WarmthSettings } from '../../domain/advice/warmth.ts';
import { createWarmthReader } from '../../services/advice/read-warmth.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createModelStore } from '../../tables/models.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createRecommendationStore } from '../../tables/recommendations.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { edge } from './runtime.ts';

type Settings = {
  PURSER_OPERATOR_ORGANIZATION?: string | undefined;
  PURSER_WARMTH: WarmthSettings;
};

/** What the nightly run and whoever asks for advice both need to reckon it. */
export const adviceDeps = (db: DynamoDb, settings: Settings) => ({
  ...edge,
  recommendations: createRecommendationStore(db),
  usage: createTokenUsageStore(db),
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  thresholds: createCostThresholdStore(db),
  rateCards: createRateCardStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now: edge.now }),
  warmth: createWarmthReader({
    operatorOrganization: settings.PURSER_OPERATOR_ORGANIZATION,
    settings: settings.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
    telemetry: edge.telemetry,
  }),
});
