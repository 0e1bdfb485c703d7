import * as z from 'zod';
import { createDynamoDb } from '../../../aws/dynamodb.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import type { BenchApi } from '../requests/bench-api.ts';
import { type AnalyticsQuestion, analyticsQuestions } from './questions.ts';
import { type SeededUsage, seedUsage } from './seed-usage.ts';

/**
 * `first`: how often to ask a question with nothing cached; `again`: how often to ask after each.
 */
export type AnalyticsSizes = { days: number; first: number; again: number };
export const FULL_ANALYTICS: AnalyticsSizes = { days: 91, first: 100, again: 4 };
export const QUICK_ANALYTICS: AnalyticsSizes = { days: 35, first: 15, again: 4 };

export type AskedTimes = { asked: number; p50Ms: number; p99Ms: number; readUnits: number };

export type MeasuredQuestion = {
  name: string;
  first: AskedTimes;
  /** Absent for answers that are never cached. */
  again?: AskedTimes;
};

/** Results of the analytics benchmark. */
export type AnalyticsResult = {
  sizes: AnalyticsSizes;
  seeded: SeededUsage;
  questions: MeasuredQuestion[];
  /** As counted by the API; the rate is `null` if nothing was asked. */
  cache: { hits: number; misses: number; hitRate: number | null };
};

/** Number of steps reported to `began`. */
export const ANALYTICS_STEPS = 10;

const WARM_UP = 3;
const cacheStats = z.object({
  hits: z.number(),
  misses: z.number(),
  hitRate: z.number().nullable(),
});

/**
 * Seeds a run with usage and asks it analytics questions one at a time. Latency is over HTTP; read
 * units are those of the same questions asked in this process on the same store.
 */
export async function measureAnalytics(
  api: Pick<BenchApi, 'get' | 'invalidateCache' | 'drain'>,
  store: { endpoint: string; tablePrefix: string },
  organizationId: string,
  sizes: AnalyticsSizes,
  began: (note: string) => void,
): Promise<AnalyticsResult> {
  const used = { readUnits: 0 };
  const db = createDynamoDb({
    tablePrefix: store.tablePrefix,
    client: localEndpoint(store.endpoint),
    onCapacity: ({ readUnits }) => void (used.readUnits += readUnits),
  });
  const nowMs = Date.now();
  began(`usage of ${sizes.days} days`);
  const seeded = await seedUsage(db, organizationId, { days: sizes.days, nowMs });
  await api.drain();

  const unitsOf = async (read: () => Promise<unknown>): Promise<number> => {
    used.readUnits = 0;
    await read();
    return used.readUnits;
  };
  const questions: MeasuredQuestion[] = [];
  for (const question of analyticsQuestions(db, organizationId, nowMs)) {
    began(question.name);
    const { first, again } = await timesOf(api, question, sizes);
    questions.push({
      name: question.name,
      first: { ...first, readUnits: await unitsOf(question.read) },
      ...(question.readAgain && {
        again: { ...again, readUnits: await unitsOf(question.readAgain) },
      }),
    });
  }
  const cache = cacheStats.parse(JSON.parse(await api.get('/v1/cache/stats')));
  return { sizes, seeded, questions, cache };
}

/** Nightly results are computed only once; the function is warm by then anyway. */
async function timesOf(
  api: Pick<BenchApi, 'get' | 'invalidateCache'>,
  { path, kept }: AnalyticsQuestion,
  { first, again }: AnalyticsSizes,
) {
  const ask = async (): Promise<number> => {
    const askedMs = performance.now();
    await api.get(path);
    return performance.now() - askedMs;
  };
  const [anewMs, keptMs]: [number[], number[]] = [[], []];
  if (kept !== 'stored') for (let round = 0; round < WARM_UP; round += 1) await ask();
  for (let round = 0; round < first; round += 1) {
    if (kept === 'cached') await api.invalidateCache();
    if (kept !== 'stored' || round === 0) anewMs.push(await ask());
    if (kept === 'never') continue;
    for (let repeat = 0; repeat < again; repeat += 1) keptMs.push(await ask());
  }
  return { first: timesFrom(anewMs), again: timesFrom(keptMs) };
}

function timesFrom(latenciesMs: number[]): Omit<AskedTimes, 'readUnits'> {
  const [p50Ms = 0, p99Ms = 0] = quantiles(latenciesMs, [0.5, 0.99]);
  return { asked: latenciesMs.length, p50Ms, p99Ms };
}
