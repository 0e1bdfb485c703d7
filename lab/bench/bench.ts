import { writeFile } from 'node:fs/promises';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { type BareLedger, createBareLedger } from './requests/bare-ledger.ts';
import { analyticsText } from './analytics/analytics-text.ts';
import {
  ANALYTICS_STEPS,
  FULL_ANALYTICS,
  measureAnalytics,
  QUICK_ANALYTICS,
} from './analytics/measure-analytics.ts';
import { type BenchApi, createBenchApi } from './requests/bench-api.ts';
import {
  FULL_PREDICTOR,
  measurePredictor,
  QUICK_PREDICTOR,
} from './predictor/measure-predictor.ts';
import { predictorText } from './predictor/predictor-report.ts';
import { benchText, type BenchResult } from './requests/request-report.ts';
import { measureBundles } from './requests/bundles.ts';
import { commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { type OwnRun, startOwnRun } from '../own-run.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { timedCalls } from './timed-calls.ts';

const HELP = `npm run bench -- [options]

Starts a Purser of its own on a free port and measures, on this machine:
predict, reserve and settle through HTTP; the ratio of reserve + settle to the
two bare transactions on the same store, taken in turns; each function's bundle
and how long the hot path's take to import; how many bare GetItem one process
of this run can do; reports, forecasts and the like, anew and from what is kept.
Milliseconds depend on the machine: compare the ratios.

  --analytics  measures analytics only (three minutes)
  --predictor  measures the predictor only, beside its targets: quotes, predict
               through HTTP, loading, training on 100 000 rows (two minutes)
  --quick      fewer calls, for a first impression
  --json FILE  writes the figures as JSON`;

const FULL = { one: 300, many: 2_000, rounds: 6, roundPairs: 100, reads: 3_000, imports: 5 };
const QUICK = { one: 60, many: 300, rounds: 2, roundPairs: 40, reads: 800, imports: 3 };
const MANY = 16;
const WARM_UP = 50;

const TABLE_PREFIX = 'purser-dev-';
const ORGANIZATION = 'acme';

type Sizes = typeof FULL;
type Began = (note: string) => void;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    analytics: { type: 'boolean', default: false },
    predictor: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  if (values.analytics && values.predictor) {
    throw new UsageError('Give --analytics or --predictor, or neither for everything else.');
  }
  const own = await startOwnRun();
  const api = createBenchApi(own.url, own.key);
  const steps = values.predictor ? 5 : ANALYTICS_STEPS + (values.analytics ? 0 : 9);
  const progress = startProgress('bench', steps);
  let step = 0;
  const began = (note: string): void => progress.update(step++, note);
  try {
    const { result, text } = values.predictor
      ? await predictor(api, own, values.quick, began)
      : values.analytics
        ? await analytics(api, own, values.quick, began)
        : await everything(api, own, values.quick, began);
    progress.stop();
    console.log(text);
    if (values.json) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } finally {
    progress.stop();
    api.close();
    await own.stop();
  }
});

async function everything(api: BenchApi, own: OwnRun, isQuick: boolean, began: Began) {
  const bare = await createBareLedger(own.dynamoDbEndpoint);
  const hot = await measure(api, bare, isQuick ? QUICK : FULL, began);
  const rest = await analytics(api, own, isQuick, began);
  return {
    result: { ...hot, analytics: rest.result },
    text: `${benchText(hot)}\n${rest.text}`,
  };
}

async function analytics(api: BenchApi, own: OwnRun, isQuick: boolean, began: Began) {
  const store = { endpoint: own.dynamoDbEndpoint, tablePrefix: TABLE_PREFIX };
  const sizes = isQuick ? QUICK_ANALYTICS : FULL_ANALYTICS;
  const result = await measureAnalytics(api, store, ORGANIZATION, sizes, began);
  return { result, text: analyticsText(result) };
}

/** The routes are in the tables before the first prediction asks for them. */
async function predictor(api: BenchApi, own: OwnRun, isQuick: boolean, began: Began) {
  const db = createDynamoDb({
    tablePrefix: TABLE_PREFIX,
    client: localEndpoint(own.dynamoDbEndpoint),
  });
  const sizes = isQuick ? QUICK_PREDICTOR : FULL_PREDICTOR;
  const measured = await measurePredictor(db, ORGANIZATION, sizes, began);
  began('predict through HTTP');
  await timedCalls(WARM_UP, 1, api.predict);
  const http = await timedCalls((isQuick ? QUICK : FULL).one, 1, api.predict);
  return { result: { ...measured, http }, text: predictorText(measured, http) };
}

async function measure(
  api: BenchApi,
  bare: BareLedger,
  sizes: Sizes,
  began: Began,
): Promise<BenchResult> {
  began('budgets and warm-up');
  await api.putBudgets();
  await pairs(api, WARM_UP, MANY);
  await pairs(bare, WARM_UP, MANY);
  await timedCalls(WARM_UP, MANY, api.predict);

  const timings: BenchResult['timings'] = [];
  for (const [concurrency, count] of [
    [1, sizes.one],
    [MANY, sizes.many],
  ] as const) {
    const ids: string[] = [];
    began(`predict, ${concurrency} at a time`);
    const predict = await timedCalls(count, concurrency, api.predict);
    began(`reserve and settle, ${concurrency} at a time`);
    const reserve = await timedCalls(count, concurrency, async (index) => {
      ids[index] = await api.reserve(index);
    });
    const settle = await timedCalls(count, concurrency, (index) =>
      api.settle(index, ids[index] ?? ''),
    );
    timings.push({ concurrency, predict, reserve, settle });
  }

  const ratios: BenchResult['ratios'] = [];
  for (const concurrency of [1, MANY]) {
    began(`against bare transactions, ${concurrency} at a time`);
    let purserMs = 0;
    let bareMs = 0;
    for (let round = 0; round < sizes.rounds; round += 1) {
      purserMs += await pairs(api, sizes.roundPairs, concurrency);
      bareMs += await pairs(bare, sizes.roundPairs, concurrency);
    }
    const count = sizes.rounds * sizes.roundPairs;
    ratios.push({ concurrency, purserMs: purserMs / count, bareMs: bareMs / count });
  }

  began('bare reads');
  const reads = await timedCalls(sizes.reads, MANY, bare.getItem);
  began('imports');
  const bundles = await measureBundles(sizes.imports, () => undefined);
  return { timings, ratios, getItemsPerSecond: reads.perSecond, bundles };
}

/** Reserves and settles so many times. @returns the whole time in milliseconds */
async function pairs(
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
