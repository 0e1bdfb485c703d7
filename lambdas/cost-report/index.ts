import { readEnvironment } from '../../aws/environment.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { costReport as costReportFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(costReportFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  analytics: createTokenAnalyticsStore(db),
  settings: createReportSettingsStore(db),
});
