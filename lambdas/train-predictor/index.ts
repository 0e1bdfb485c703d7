import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { trainPredictor as trainPredictorFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(trainPredictorFunction);
const db = openStore(PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  usage: createTokenUsageStore(db),
  analytics: createTokenAnalyticsStore(db),
  artifacts: createPredictorArtifactStore(db),
  audit: createAuditLog(db, edge.telemetry),
});
