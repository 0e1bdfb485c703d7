import { buildFunctions } from '../../../bin/build.ts';
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
import { measurePairs } from './pairs/measure-pairs.ts';
import { benchText, type HttpResult } from './request-report.ts';

export const REQUESTS: BenchSubject = {
  name: 'requests',
  summary: [
    'reserve + settle, exact and escrow, in turns with two bare',
    'transactions: time, CPU, store calls; CPU of a fresh environment;',
    'predict, reserve and settle through HTTP; GetItem per second of one',
    "process; size of each bundle, import time of the hot path's (six",
    'minutes)',
  ],
  options: {},
  async run({ isQuick }) {
    const sizes = isQuick ? QUICK_REQUESTS : FULL_REQUESTS;
    const progress = startProgress('bench', REQUEST_STEPS);
    let step = 0;
    const began = (note: string): void => progress.update(step++, note);
    try {
      await buildFunctions();
      began('pairs of reserve and settle');
      const compared = await measurePairs(sizes.comparison);
      const figures = { ...compared, ...(await measureOwnRun(sizes, began)) };
      return { text: benchText(figures), figures, isSound: true };
    } finally {
      progress.stop();
    }
  },
};

/** Measures a local run with all its followers. */
async function measureOwnRun(
  sizes: typeof FULL_REQUESTS,
  began: (note: string) => void,
): Promise<HttpResult> {
  const own = await startOwnRun();
  const api = createBenchApi(own.url, own.key);
  try {
    const bare = await createBareLedger(own.dynamoDbEndpoint);
    return await measureRequests(api, bare, sizes, began);
  } finally {
    api.close();
    await own.stop();
  }
}
