import { readEnvironment } from '../../aws/environment.ts';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { createWarmthReader } from '../../services/advice/read-warmth.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { createModelStore } from '../../tables/models.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createRecommendationStore } from '../../tables/recommendations.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { advise as adviseFunction } from './function.ts';
import { createHandler } from './handler.ts';

const environment = readEnvironment(adviseFunction);
const db = openStore(environment.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  recommendations: createRecommendationStore(db),
  usage: createTokenUsageStore(db),
  analytics: createTokenAnalyticsStore(db),
  budgets: createBudgetStore(db),
  thresholds: createCostThresholdStore(db),
  rateCards: createRateCardStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now: edge.now }),
  warmth: createWarmthReader({
    operatorOrganization: environment.PURSER_OPERATOR_ORGANIZATION,
    settings: environment.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
    telemetry: edge.telemetry,
  }),
});
