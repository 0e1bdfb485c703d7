import { functionVersion, readEnvironment } from '../../aws/environment.ts';
import { createCachedAnalytics } from '../../services/analytics/cached-analytics.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { analytics as analyticsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(analyticsFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  analytics: createTokenAnalyticsStore(db),
  usage: createTokenUsageStore(db),
  cached: createCachedAnalytics({
    cache: createAnalyticsCacheStore(db),
    audit: createAuditLog(db, edge.telemetry),
    telemetry: edge.telemetry,
    version: functionVersion(),
  }),
});
