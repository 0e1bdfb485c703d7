import { type TokenUsage, wholeInputOf } from '../token-usage.ts';
import { cachedTokensOf, type CachePlan } from './cache-plan.ts';
import type { SampledRequest } from './day-sample.ts';

/**
 * How requests were spread over regions, each with a cache of its own. It tells what would be read from
 * these caches at any rate of requests: the more requests, the likelier one came to the same region in
 * time.
 */
export type SpreadCache = {
  /** The share of the requests that each region served. */
  regionShares: readonly number[];
  /** What was read or written, over what prompts share. */
  cachedFactor: number;
};

/** A factor that differs from 1 by less than so many standard errors is taken as 1. */
const SURE_ERRORS = 2;

/** How some requests were spread; `undefined` if it is not known how many came before each of them. */
export function spreadCacheOf(requests: readonly SampledRequest[]): SpreadCache | undefined {
  if (requests.some(({ sharersBefore }) => sharersBefore === undefined)) return undefined;
  const byRegion = [...Map.groupBy(requests, ({ region }) => region).values()];
  const regionShares = byRegion.map(({ length }) => length / requests.length);
  const sum = (of: (request: SampledRequest) => number): number =>
    requests.reduce((total, request) => total + of(request), 0);
  return {
    regionShares,
    cachedFactor: sum(({ usage }) => cachedTokensOf(usage)) / Math.max(1, sum(sharedTokensOf)),
  };
}

/** What some requests read, over what they would read if they went to regions independently. */
export function readFactorOf(
  requests: readonly SampledRequest[],
  { regionShares }: SpreadCache,
  plan: CachePlan,
): number {
  const [read, expected] = requests.reduce(
    ([reads, expectations], request) => [
      reads + request.usage.cacheReadTokens,
      expectations + sharedTokensOf(request) * readShareOf(request, regionShares, plan),
    ],
    [0, 0],
  );
  return read / Math.max(1, expected);
}

/** Takes a factor as 1 that differs from it by chance, because independent requests have 1. */
export const sureFactor = (factor: number, error: number): number =>
  Math.abs(factor - 1) <= SURE_ERRORS * error ? 1 : factor;

/** What a request would have read and written, spread over regions as before. */
export function usageSpread(
  request: SampledRequest,
  { regionShares, cachedFactor }: SpreadCache,
  { readFactor, plan }: { readFactor: number; plan: CachePlan },
): TokenUsage {
  const { usage } = request;
  const text = usage.inputTokens + cachedTokensOf(usage);
  const shared = sharedTokensOf(request);
  const reads = shared * readFactor * readShareOf(request, regionShares, plan);
  const cacheReadTokens = Math.round(Math.min(text, Math.max(0, reads)));
  const written = Math.max(0, shared * cachedFactor - cacheReadTokens);
  const cacheWriteTokens = Math.round(Math.min(text - cacheReadTokens, written));
  return {
    ...usage,
    inputTokens: text - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWriteOneHourTokens: plan === '1h' ? cacheWriteTokens : undefined,
  };
}

/** The probability that a request finds a cache in its region. */
function readShareOf(
  { sharersBefore }: SampledRequest,
  regionShares: readonly number[],
  plan: CachePlan,
): number {
  if (plan === 'off' || !sharersBefore) return 0;
  return regionShares.reduce(
    (sum, share) => sum + share * (1 - (1 - share) ** sharersBefore[plan]),
    0,
  );
}

/** What a prompt shares with the ones before it. */
function sharedTokensOf({ usage, previous, prefixTokens }: SampledRequest): number {
  const whole = wholeInputOf(usage);
  return Math.min(whole, previous?.wholeInputTokens ?? prefixTokens ?? whole);
}
