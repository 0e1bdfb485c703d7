import { createCachedAnalytics } from '../services/analytics/cached-analytics.ts';
import { createAnswersManager } from '../services/caching/manage-answers.ts';
import { createResponseCacheStore } from '../tables/response-cache.ts';
import type { SharedStore } from '../domain/caching/cache.ts';
import { createAnalyticsCacheStore } from '../tables/analytics-cache.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createSpenderNewsStore } from '../tables/spender-news.ts';
import { createUsagePatternStore } from '../tables/usage-patterns.ts';
import { changeServices } from './changes.ts';
import { usageServices } from './reporting.ts';
import type { World } from './world.ts';

/**
 * Finds patterns, forecasts and anomalies, and caches the answers.
 * @param world.version the code version; answers of other versions are not used
 * @param world.answers where answers of models are, if not in their table
 */
export function analyticsServices(
  db: DynamoDb,
  world: Pick<World, 'telemetry' | 'entryShards'> & { version: string; answers?: SharedStore },
) {
  const { sentKeys, audit } = changeServices(db, world);
  const answers = createResponseCacheStore(db);
  return {
    ...usageServices(db, world),
    sentKeys,
    timeZones: createOrganizationSettingsStore(db).timeZone,
    patterns: createUsagePatternStore(db),
    spenders: createSpenderNewsStore(db),
    answers: createAnswersManager({
      store: answers,
      answers: world.answers ?? answers.answers,
      audit,
      onError: (error) => world.telemetry.error('RESPONSE_CACHE_FAILED', { error }),
    }),
    cached: createCachedAnalytics({
      cache: createAnalyticsCacheStore(db),
      audit,
      telemetry: world.telemetry,
      version: world.version,
    }),
  };
}
