import { startProgress } from '../../../bin/tools/progress.ts';
import { startOwnRun } from '../../own-run.ts';
import type { BenchSubject } from '../subject.ts';
import { createBareLedger } from './bare-ledger.ts';
import { createBenchApi } from './bench-api.ts';
import {
  FULL_REQUESTS,
  measureRequests,
  QUICK_REQUESTS,
  REQUEST_STEPS,
} from './measure-requests.ts';
import { benchText } from './request-report.ts';

export const REQUESTS: BenchSubject = {
  name: 'requests',
  summary: [
    'predict, reserve and settle through HTTP; the ratio of reserve +',
    'settle to two bare transactions on the same store, taken in turns;',
    'GetItem per second of one process; size of each bundle, import',
    "time of the hot path's (five minutes)",
  ],
  options: {},
  async run({ isQuick }) {
    const own = await startOwnRun();
    const api = createBenchApi(own.url, own.key);
    const progress = startProgress('bench', REQUEST_STEPS);
    let step = 0;
    try {
      const bare = await createBareLedger(own.dynamoDbEndpoint);
      const figures = await measureRequests(
        api,
        bare,
        isQuick ? QUICK_REQUESTS : FULL_REQUESTS,
        (note) => progress.update(step++, note),
      );
      return { text: benchText(figures), figures, isSound: true };
    } finally {
      progress.stop();
      api.close();
      await own.stop();
    }
  },
};
