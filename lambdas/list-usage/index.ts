import { readEnvironment } from '../../aws/environment.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { listUsage as listUsageFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(listUsageFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  usage: createTokenUsageStore(db),
  analytics: createTokenAnalyticsStore(db),
});
