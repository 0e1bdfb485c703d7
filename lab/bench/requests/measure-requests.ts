import { type Timing, timedCalls } from '../timed-calls.ts';
import type { BareLedger } from './bare-ledger.ts';
import type { BenchApi } from './bench-api.ts';
import { measureBundles } from './bundles.ts';
import type { HttpResult } from './request-report.ts';

export const FULL_REQUESTS = {
  one: 300,
  many: 2_000,
  rounds: 6,
  roundPairs: 100,
  reads: 3_000,
  imports: 5,
  comparison: { warmUp: 200, pairs: 600, environments: 9 },
};
export const QUICK_REQUESTS: typeof FULL_REQUESTS = {
  one: 60,
  many: 300,
  rounds: 2,
  roundPairs: 40,
  reads: 800,
  imports: 3,
  comparison: { warmUp: 100, pairs: 200, environments: 5 },
};
/** How often `began` is called. */
export const REQUEST_STEPS = 10;

const MANY = 16;
const WARM_UP = 50;

/** Measures the hot path over HTTP, with and without bare transactions in turn, then the bundles. */
export async function measureRequests(
  api: BenchApi,
  bare: BareLedger,
  sizes: typeof FULL_REQUESTS,
  began: (note: string) => void,
): Promise<HttpResult> {
  began('budgets and warm-up');
  await api.putBudgets();
  await pairsMs(api, WARM_UP, MANY);
  await pairsMs(bare, WARM_UP, MANY);
  await timedCalls(WARM_UP, MANY, api.predict);

  const timings: HttpResult['timings'] = [];
  for (const [concurrency, count] of [
    [1, sizes.one],
    [MANY, sizes.many],
  ] as const) {
    began(`predict, ${concurrency} at a time`);
    const predict = await timedCalls(count, concurrency, api.predict);
    began(`reserve and settle, ${concurrency} at a time`);
    timings.push({ concurrency, predict, ...(await reserveAndSettle(api, count, concurrency)) });
  }

  const ratios: HttpResult['ratios'] = [];
  for (const concurrency of [1, MANY]) {
    began(`against bare transactions, ${concurrency} at a time`);
    ratios.push({ concurrency, ...(await inTurns(api, bare, sizes, concurrency)) });
  }

  began('bare reads');
  const reads = await timedCalls(sizes.reads, MANY, bare.getItem);
  began('imports');
  const bundles = await measureBundles(sizes.imports);
  return { timings, ratios, getItemsPerSecond: reads.perSecond, bundles };
}

async function reserveAndSettle(
  api: BenchApi,
  count: number,
  concurrency: number,
): Promise<{ reserve: Timing; settle: Timing }> {
  const ids: string[] = [];
  const reserve = await timedCalls(count, concurrency, async (index) => {
    ids[index] = await api.reserve(index);
  });
  const settle = await timedCalls(count, concurrency, (index) =>
    api.settle(index, ids[index] ?? ''),
  );
  return { reserve, settle };
}

/** The mean time of a reserve and settle in milliseconds, alternating Purser and bare. */
async function inTurns(
  api: BenchApi,
  bare: BareLedger,
  { rounds, roundPairs }: typeof FULL_REQUESTS,
  concurrency: number,
): Promise<{ purserMs: number; bareMs: number }> {
  let purserMs = 0;
  let bareMs = 0;
  for (let round = 0; round < rounds; round += 1) {
    purserMs += await pairsMs(api, roundPairs, concurrency);
    bareMs += await pairsMs(bare, roundPairs, concurrency);
  }
  const pairs = rounds * roundPairs;
  return { purserMs: purserMs / pairs, bareMs: bareMs / pairs };
}

/** Reserves and settles repeatedly. @returns the total time in milliseconds */
async function pairsMs(
  ledger: Pick<BenchApi, 'reserve' | 'settle'>,
  count: number,
  concurrency: number,
): Promise<number> {
  const startedMs = performance.now();
  await timedCalls(count, concurrency, async (index) => {
    await ledger.settle(index, await ledger.reserve(index));
  });
  return performance.now() - startedMs;
}
