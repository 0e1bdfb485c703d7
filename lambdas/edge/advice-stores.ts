import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { createModelStore } from '../../tables/models.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createRecommendationStore } from '../../tables/recommendations.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';

/** What is stored of all that advice is reckoned from. */
export const adviceStores = (db: DynamoDb, now: () => number) => ({
  recommendations: createRecommendationStore(db),
  usage: createTokenUsageStore(db),
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  thresholds: createCostThresholdStore(db),
  rateCards: createRateCardStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now }),
});
