import type { NanoUsd } from '../money.ts';
import { cachedTokensOf, usageUnder } from './cache-plan.ts';
import type { DaySample, SampledRequest } from './day-sample.ts';
import type { RateAt } from './outcome.ts';
import { priceOf, servedAs } from './serving.ts';
import { groupVariance, marginOf, sumOf, weightedSample } from './weighted-sample.ts';

/** What caches of prompts saved, with half of a 90 % interval. */
export type CacheSaving = { savedNanoUsd: NanoUsd; marginNanoUsd: NanoUsd };

/**
 * What the providers' caches of prompts saved: the price of each request with its whole input uncached,
 * less its price as served. Negative if more was written than read. A request without a price counts
 * as saving nothing.
 * @param range requests from `fromMs` until before `toMs` count, epoch ms
 */
export function cacheSavingOf(
  days: readonly DaySample[],
  range: { fromMs: number; toMs: number },
  rateAt: RateAt,
): CacheSaving {
  let saved = 0;
  let variance = 0;
  for (const day of days) {
    const measures = weightedSample(day.routes, day, range).map((item) => ({
      ...item,
      savedNanoUsd: savedBy(item.request, rateAt),
    }));
    const sum = (group: typeof measures): number =>
      sumOf(group, ({ savedNanoUsd }) => Number(savedNanoUsd));
    saved += sum(measures);
    if (measures.some(({ standsFor }) => standsFor !== 1)) {
      variance += groupVariance(measures, (group) => sum([...group]));
    }
  }
  return { savedNanoUsd: BigInt(Math.round(saved)), marginNanoUsd: marginOf(variance) };
}

function savedBy(request: SampledRequest, rateAt: RateAt): NanoUsd {
  if (cachedTokensOf(request.usage) === 0) return 0n;
  const served = servedAs(request);
  const usage = usageUnder('off', request, { leastTokens: 0, by: 'route' });
  const [cached, plain] = [served, { ...served, usage }].map((state) =>
    priceOf(state, (query) => rateAt({ ...query, atMs: request.atMs })),
  );
  return cached === undefined || plain === undefined ? 0n : plain - cached;
}
