import type { CacheOffer } from '../catalog/cache-offer.ts';
import { type TokenUsage, wholeInputOf } from '../token-usage.ts';
import { LIFE_MS } from './cache-life.ts';
import type { SampledRequest } from './day-sample.ts';

/** Do not cache, or cache prefixes for five minutes or one hour. */
export const CACHE_PLANS = ['off', '5m', '1h'] as const;
export type CachePlan = (typeof CACHE_PLANS)[number];

/** Where it is known what a request's prompt shares with earlier ones. */
export type SharedBy = 'session' | 'prefix' | 'route';

/** The beginning of a prompt that can be cached, and the last request that left it there. */
type Span = { tokens: number; readTokens: number; ageMs: number | undefined };

/**
 * What of a request's prompt can be cached: in a session, the whole input, which begins with the previous
 * one's; else the known prefix; else, if `route`, what the route itself cached.
 */
function spanOf(request: SampledRequest, by: SharedBy): Span | undefined {
  const { usage, isInSession, previous, prefixTokens, prefixAgeMs } = request;
  if (by === 'session' && isInSession && previous) {
    const whole = wholeInputOf(usage);
    return {
      tokens: whole,
      readTokens: Math.min(whole, previous.wholeInputTokens),
      ageMs: previous.ageMs,
    };
  }
  if (by === 'session' && isInSession && prefixTokens === undefined) {
    return { tokens: wholeInputOf(usage), readTokens: 0, ageMs: undefined };
  }
  if (prefixTokens !== undefined) {
    const tokens = by === 'session' ? wholeInputOf(usage) : prefixTokens;
    return { tokens, readTokens: prefixTokens, ageMs: prefixAgeMs };
  }
  if (by !== 'route') return undefined;
  const tokens = cachedTokensOf(usage);
  return { tokens, readTokens: tokens, ageMs: prefixAgeMs };
}

/** What a request would use under a plan. What cannot be cached stays plain input. */
export function usageUnder(
  plan: CachePlan,
  request: SampledRequest,
  { leastTokens, by }: Pick<CacheOffer, 'leastTokens'> & { by: SharedBy },
): TokenUsage {
  const { usage } = request;
  const whole = wholeInputOf(usage);
  const plain = {
    ...usage,
    inputTokens: whole,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteOneHourTokens: undefined,
  };
  const span = plan === 'off' ? undefined : spanOf(request, by);
  if (plan === 'off' || !span || span.tokens < leastTokens || span.tokens > whole) return plain;
  const isAlive = span.ageMs !== undefined && span.ageMs <= LIFE_MS[plan];
  const cacheReadTokens = isAlive && span.readTokens >= leastTokens ? span.readTokens : 0;
  const cacheWriteTokens = span.tokens - cacheReadTokens;
  return {
    ...plain,
    inputTokens: whole - span.tokens,
    cacheReadTokens,
    cacheWriteTokens,
    ...(plan === '1h' ? { cacheWriteOneHourTokens: cacheWriteTokens } : {}),
  };
}

/** A request's usage if these shares of its text input were read and written. */
export function usageWithShares(
  usage: TokenUsage,
  { readShare, writeShare }: { readShare: number; writeShare: number },
  plan: CachePlan,
): TokenUsage {
  const text = usage.inputTokens + cachedTokensOf(usage);
  const cacheReadTokens = Math.min(text, Math.round(text * readShare));
  const cacheWriteTokens = Math.min(text - cacheReadTokens, Math.round(text * writeShare));
  return {
    ...usage,
    inputTokens: text - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWriteOneHourTokens: plan === '1h' ? cacheWriteTokens : undefined,
  };
}

export const cachedTokensOf = (usage: TokenUsage): number =>
  usage.cacheReadTokens + usage.cacheWriteTokens;

/** How a route's requests are cached now. */
export function presentPlan(requests: readonly SampledRequest[]): CachePlan {
  const sum = (of: (usage: TokenUsage) => number): number =>
    requests.reduce((total, { usage }) => total + of(usage), 0);
  if (sum(cachedTokensOf) === 0) return 'off';
  const oneHour = sum(({ cacheWriteOneHourTokens = 0 }) => cacheWriteOneHourTokens);
  return oneHour * 2 > sum(({ cacheWriteTokens }) => cacheWriteTokens) ? '1h' : '5m';
}
