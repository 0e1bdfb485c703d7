import { startProgress } from '../../../bin/tools/progress.ts';
import { OWN_RUN_ORGANIZATION, OWN_RUN_TABLE_PREFIX, startOwnRun } from '../../own-run.ts';
import { createBenchApi } from '../requests/bench-api.ts';
import type { BenchSubject } from '../subject.ts';
import { analyticsText } from './analytics-text.ts';
import {
  ANALYTICS_STEPS,
  FULL_ANALYTICS,
  measureAnalytics,
  QUICK_ANALYTICS,
} from './measure-analytics.ts';

export const ANALYTICS: BenchSubject = {
  name: 'analytics',
  summary: [
    'reports, forecasts and the like: calculated, from the cache, and',
    'the read units of each (three minutes)',
  ],
  options: {},
  async run({ isQuick }) {
    const own = await startOwnRun();
    const api = createBenchApi(own.url, own.key);
    const progress = startProgress('bench', ANALYTICS_STEPS);
    let step = 0;
    try {
      const figures = await measureAnalytics(
        api,
        { endpoint: own.dynamoDbEndpoint, tablePrefix: OWN_RUN_TABLE_PREFIX },
        OWN_RUN_ORGANIZATION,
        isQuick ? QUICK_ANALYTICS : FULL_ANALYTICS,
        (note) => progress.update(step++, note),
      );
      return { text: analyticsText(figures), figures, isSound: true };
    } finally {
      progress.stop();
      api.close();
      await own.stop();
    }
  },
};
