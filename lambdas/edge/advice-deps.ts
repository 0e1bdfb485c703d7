import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import type { WarmthSettings } from '../../domain/advice/warmth.ts';
import { createWarmthReader } from '../../services/advice/read-warmth.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { adviceStores } from './advice-stores.ts';
import { edge } from './runtime.ts';

type Settings = {
  PURSER_OPERATOR_ORGANIZATION?: string | undefined;
  PURSER_WARMTH: WarmthSettings;
};

/** What the nightly run and whoever asks for advice both need to reckon it. */
export const adviceDeps = (db: DynamoDb, settings: Settings) => ({
  ...edge,
  ...adviceStores(db, edge.now),
  warmth: createWarmthReader({
    operatorOrganization: settings.PURSER_OPERATOR_ORGANIZATION,
    settings: settings.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
    telemetry: edge.telemetry,
  }),
});
