import { readEnvironment } from '../../aws/environment.ts';
import { createBenchmarkManager } from '../../services/advice/compare-benchmarks.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createBenchmarkStore } from '../../tables/benchmarks.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { benchmarks as benchmarksFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(benchmarksFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  manager: createBenchmarkManager({
    benchmarks: createBenchmarkStore(db),
    analytics: createTokenAnalyticsStore(db),
    audit: createAuditLog(db, edge.telemetry),
  }),
});
