import type { NanoUsd } from '../money.ts';
import { cachedTokensOf, usageUnder } from './cache-plan.ts';
import type { DaySample, SampledRequest } from './day-sample.ts';
import type { RateAt } from './outcome.ts';
import { type Route, routeKeyOf } from './route.ts';
import { priceOf, servedAs } from './serving.ts';
import {
  groupVariance,
  marginOf,
  sumOf,
  type Weighted,
  weightedSample,
} from './weighted-sample.ts';

/** A saving with half of a 90 % interval; 0 if every request was read. */
export type CacheSaving = { savedNanoUsd: NanoUsd; marginNanoUsd: NanoUsd };

/** What caches saved, in total and by route. */
export type CacheSavings = {
  /** By the providers' caches of prompts. Negative if more was written than read. */
  prompts: CacheSaving;
  /** By answers that Purser's cache gave again: what each had cost. */
  answers: CacheSaving;
  /** Both together, of routes with either, the most first. */
  routes: (CacheSaving & { route: Route })[];
};

type Measure = Weighted & { route: Route; promptsNanoUsd: NanoUsd; answersNanoUsd: NanoUsd };

/**
 * What caches saved. The providers' caches of prompts: the price of each request with its whole input
 * uncached, less its price as served; a request without a price counts as saving nothing.
 * @param range requests from `fromMs` until before `toMs` count, epoch ms
 */
export function cacheSavingsOf(
  days: readonly DaySample[],
  range: { fromMs: number; toMs: number },
  rateAt: RateAt,
): CacheSavings {
  const measuredDays = days.map((day) =>
    day.routes.flatMap(({ route, ...rest }) =>
      weightedSample([{ route, ...rest }], day, range).map((item) => ({
        ...item,
        route,
        promptsNanoUsd: savedByPrompts(item.request, rateAt),
        answersNanoUsd: item.request.hitSavedNanoUsd ?? 0n,
      })),
    ),
  );
  const both = ({ promptsNanoUsd, answersNanoUsd }: Measure) => promptsNanoUsd + answersNanoUsd;
  const keys = new Map(
    measuredDays
      .flat()
      .filter((item) => both(item) !== 0n)
      .map(({ route }) => [routeKeyOf(route), route]),
  );
  const routes = [...keys].map(([key, route]) => {
    const own = measuredDays.map((day) => day.filter((item) => routeKeyOf(item.route) === key));
    return { route, ...sumOver(own, both) };
  });
  return {
    prompts: sumOver(measuredDays, ({ promptsNanoUsd }) => promptsNanoUsd),
    answers: sumOver(measuredDays, ({ answersNanoUsd }) => answersNanoUsd),
    routes: routes.toSorted((one, other) => (one.savedNanoUsd > other.savedNanoUsd ? -1 : 1)),
  };
}

/** Sums samples of days; each day is sampled for itself. */
function sumOver(
  days: readonly (readonly Measure[])[],
  of: (item: Measure) => NanoUsd,
): CacheSaving {
  let saved = 0;
  let variance = 0;
  for (const measures of days) {
    const sum = (group: readonly Measure[]): number => sumOf(group, (item) => Number(of(item)));
    saved += sum(measures);
    if (measures.some(({ standsFor }) => standsFor !== 1)) variance += groupVariance(measures, sum);
  }
  return { savedNanoUsd: BigInt(Math.round(saved)), marginNanoUsd: marginOf(variance) };
}

function savedByPrompts(request: SampledRequest, rateAt: RateAt): NanoUsd {
  if (cachedTokensOf(request.usage) === 0) return 0n;
  const served = servedAs(request);
  const usage = usageUnder('off', request, { leastTokens: 0, by: 'route' });
  const [cached, plain] = [served, { ...served, usage }].map((state) =>
    priceOf(state, (query) => rateAt({ ...query, atMs: request.atMs })),
  );
  return cached === undefined || plain === undefined ? 0n : plain - cached;
}
