import { formatUsd, type NanoUsd } from '../money.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import { type TokenUsage, wholeInputOf } from '../token-usage.ts';
import { LEAST_REQUESTS } from './confidence.ts';
import { counterfactual, type RateOf } from './counterfactual.ts';
import { identified, type Recommendation, routeTarget, routeText } from './recommendation.ts';
import { type RequestFact, type RouteUsage, type UsageSample } from './usage-sample.ts';

/** Do not cache, or cache prefixes for five minutes or one hour. */
export const CACHE_PLANS = ['off', '5m', '1h'] as const;
export type CachePlan = (typeof CACHE_PLANS)[number];

/**
 * The shortest prefix that a model caches, as reported in 2026 by gateways and developers who cite
 * Anthropic's documentation (docs.orq.ai, anthropic-sdk-python issue 1194). Reports for Sonnet 4.6
 * say 1,024 and 2,048; this uses the higher one. Newer models are assumed to need as much as their
 * predecessors.
 */
const LEAST_PREFIX_TOKENS: readonly [model: RegExp, tokens: number][] = [
  [/claude-(?:3-haiku|3-5-haiku)/, 2_048],
  [/claude-(?:haiku|fable)/, 4_096],
  [/claude-opus-(?:4-[5-9]|[5-9])/, 4_096],
  [/claude-sonnet-(?:4-[6-9]|[5-9])/, 2_048],
];

const leastPrefixOf = (model: string): number =>
  LEAST_PREFIX_TOKENS.find(([pattern]) => pattern.test(model))?.[1] ?? 1_024;

const LIFE_MS = { '5m': 300_000, '1h': 3_600_000 };

/**
 * Whether to cache a route's prompts, and for how long. Plays each plan over the older half of the
 * requests at their real intervals, then judges the cheapest on the newer half. There it must beat
 * the current behavior, never caching, and always caching with the other lifetime. In sessions,
 * each request is assumed to start with the whole input of the previous one. Elsewhere it is
 * assumed to share the shortest cacheable prefix, and only if every prompt is longer. A route that
 * already caches is only ever advised to stop, if that is cheaper, because its tokens show exactly
 * what it gains.
 */
export function advisePrefixCache(
  sample: UsageSample,
  { route, requests }: RouteUsage,
  rateOf: RateOf,
): Recommendation[] {
  const rated = ratesOf(requests, rateOf);
  if (!rated || requests.length < 2 * LEAST_REQUESTS) return [];
  const least = leastPrefixOf(route.model);
  const isCaching = requests.some(({ usage }) => cachedTokens(usage) > 0);
  const bySession = requests.filter(({ session }) => session !== undefined).length;
  const isInSessions = bySession * 2 > requests.length;
  const plans: readonly CachePlan[] = isCaching ? ['off'] : ['5m', '1h'];
  if (!isCaching && !isInSessions && !requests.every((item) => wholeInputOf(item.usage) >= least))
    return [];

  const half = Math.floor(requests.length / 2);
  const costOfPlan = (plan: CachePlan, from: number, to: number): NanoUsd =>
    playPlan(requests.slice(from, to), plan, { isInSessions, least }).reduce(
      (sum, usage, position) => sum + costOf(usage, rated[from + position] as Rate),
      0n,
    );
  const olderCosts = plans.map((plan) => costOfPlan(plan, 0, half));
  const plan = plans[olderCosts.indexOf(olderCosts.reduce((a, b) => (b < a ? b : a)))] ?? 'off';
  const newer = requests.slice(half);
  const costs = Object.fromEntries(
    CACHE_PLANS.map((item) => [item, costOfPlan(item, half, requests.length)]),
  ) as Record<CachePlan, NanoUsd>;
  if (!isCaching && CACHE_PLANS.some((item) => item !== plan && costs[item] <= costs[plan]))
    return [];
  const played = new Map(
    playPlan(newer, plan, { isInSessions, least }).map((usage, position) => [
      newer[position],
      usage,
    ]),
  );
  const change = counterfactual(
    {
      sample,
      requests: newer,
      isAssumed: !isCaching && !isInSessions,
      standsFor: requests.length,
    },
    rateOf,
    (request) => ({ usage: played.get(request) ?? request.usage }),
  );
  if (!change) return [];
  return [adviceOf({ route, plan, costs, change, isCaching, isInSessions, least, half, newer })];
}

type Judgment = {
  route: RouteUsage['route'];
  plan: CachePlan;
  costs: Readonly<Record<CachePlan, NanoUsd>>;
  change: NonNullable<ReturnType<typeof counterfactual>>;
  isCaching: boolean;
  isInSessions: boolean;
  least: number;
  /** How many requests the plan was chosen on. */
  half: number;
  /** The requests that the plan was judged on. */
  newer: readonly RequestFact[];
};

function adviceOf(judgment: Judgment): Recommendation {
  const { route, plan, costs, change, isCaching, isInSessions, least, half, newer } = judgment;
  const scope = { scope: 'system' as const, scopeId: route.system };
  const kind = 'cache';
  const target = `prefix/${routeTarget(route)}`;
  return {
    ...identified({ kind, scope, target }),
    title:
      plan === 'off'
        ? `Stop caching prompt prefixes of ${routeText(route)}`
        : `Cache prompt prefixes of ${routeText(route)} for ${plan === '5m' ? 'five minutes' : 'an hour'}`,
    action:
      plan === 'off'
        ? 'Remove the cache points ("cachePoint", "cache_control") of these requests'
        : `Put a cache point with "ttl": "${plan}" after the part that all prompts share${isInSessions ? ', and after each turn' : ''}`,
    change: { kind: 'prefix-cache', route, plan },
    savingNanoUsdPerMonth: change.savingNanoUsdPerMonth,
    effort: 'low',
    confidence: change.confidence,
    evidence: {
      costNowUsd: formatUsd(change.nowNanoUsd),
      costThenUsd: formatUsd(change.thenNanoUsd),
      ...(isCaching
        ? {}
        : {
            costNeverUsd: formatUsd(costs.off),
            costAlwaysFiveMinutesUsd: formatUsd(costs['5m']),
            costAlwaysOneHourUsd: formatUsd(costs['1h']),
          }),
      assumption: isCaching
        ? 'none: cached tokens are priced as plain input'
        : isInSessions
          ? 'a request begins with the whole input of the previous one in its session'
          : `all prompts share their first ${least} tokens; a longer prefix saves more`,
      plannedOnRequests: half,
      judgedOnRequests: newer.length,
    },
    before: change.before,
  };
}

/** What each request would use under a plan, starting with empty caches. */
export function playPlan(
  requests: readonly RequestFact[],
  plan: CachePlan,
  { isInSessions, least }: { isInSessions: boolean; least: number },
): TokenUsage[] {
  const kept = new Map<string, { tokens: number; atMs: number }>();
  return requests.map(({ usage, session, atMs }, position) => {
    const whole = wholeInputOf(usage);
    const plain = { inputTokens: whole, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const others = { ...usage, cacheWriteOneHourTokens: undefined };
    if (plan === 'off' || whole < least) return { ...others, ...plain };
    const name = !isInSessions ? '' : (session ?? `alone ${position}`);
    const before = kept.get(name);
    const isAlive = before !== undefined && atMs - before.atMs <= LIFE_MS[plan];
    const read = isAlive && before.tokens <= whole ? before.tokens : 0;
    const reaches = isInSessions ? whole : least;
    kept.set(name, { tokens: reaches, atMs });
    const written = Math.max(0, reaches - read);
    return {
      ...others,
      inputTokens: whole - read - written,
      cacheReadTokens: read,
      cacheWriteTokens: written,
      ...(plan === '1h' ? { cacheWriteOneHourTokens: written } : {}),
    };
  });
}

function ratesOf(requests: readonly RequestFact[], rateOf: RateOf): Rate[] | undefined {
  const rates = requests.map(rateOf);
  return rates.every((rate) => rate !== undefined) ? rates : undefined;
}

const cachedTokens = (usage: TokenUsage): number => usage.cacheReadTokens + usage.cacheWriteTokens;
