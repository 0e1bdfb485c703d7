import { createMetricKeeper } from '../services/performance/metric-keeper.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createIdempotencyKeyStore } from '../tables/idempotency-keys.ts';
import { createPerformanceMetricsStore } from '../tables/performance-metrics.ts';
import type { World } from './world.ts';

/** Keeps what calls of systems measured. */
export const metricKeeper = (db: DynamoDb, world: Pick<World, 'now' | 'telemetry' | 'pause'>) =>
  createMetricKeeper({ ...world, metrics: createPerformanceMetricsStore(db) });

/** Takes metrics of callers, and tells them. */
export const performanceServices = (
  db: DynamoDb,
  world: Pick<World, 'now' | 'telemetry' | 'pause'>,
) => ({
  sentKeys: createIdempotencyKeyStore(db),
  keeper: metricKeeper(db, world),
  metrics: createPerformanceMetricsStore(db),
});
