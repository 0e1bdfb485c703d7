import { type CacheOffer, cacheOfferOf } from '../catalog/cache-offer.ts';
import { LIFE_MS } from './cache-life.ts';
import { levelStep } from '../series/level-step.ts';
import { wholeInputOf } from '../token-usage.ts';
import { cachedTokensOf, type CachePlan, presentPlan, usageWithShares } from './cache-plan.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Route } from './route.ts';
import type { HistoryDay, RouteHistory } from './route-history.ts';
import type { RateOf, Serve } from './serving.ts';

/**
 * Why less of a route's input is read from the provider's cache than before. `prefix-changes`: prompts
 * begin differently from request to request. `prefix-short`: what they share became shorter than what
 * the provider caches. `place`: requests with one beginning go to several regions, each with a cache of
 * its own. `mark-gone`: nothing is written any more. `model`: another model serves them. `apart`: they
 * come farther apart than the cache lives.
 */
export const CACHE_LOSS_CAUSES = [
  'prefix-changes',
  'prefix-short',
  'place',
  'mark-gone',
  'model',
  'apart',
  'unknown',
] as const;
export type CacheLossCause = (typeof CACHE_LOSS_CAUSES)[number];

/** A lasting fall of the share of input that is read from the cache. Shares are from 0 to 1. */
export type CacheLoss = {
  /** The first day with fewer reads. */
  since: string;
  before: number;
  now: number;
  cause: CacheLossCause;
  plan: CachePlan;
  /** The days since then. */
  days: readonly HistoryDay[];
  /** The route that did the work before, if another model did. */
  former: Route | undefined;
  /** Requests as they would be served had the cache stayed; at most so, with the share lowered by `factor`. */
  restored: (factor: number) => Serve;
  /** The relative standard error of the share before. */
  error: number;
};

/** Falls that are smaller are not worth asking about: the share of input, and of what was read before. */
const LEAST_FALL = 0.1;
const MOST_KEPT = 0.9;
/** Shares are compared by their logarithms. Below this, all are alike. */
const LEAST_SHARE = 0.02;
/** A cause holds for this share of the lost tokens; else it is unknown. */
const MOST_OF = 0.5;

type Shares = { readShare: number; writeShare: number };
type Day = { day: HistoryDay; share: number };

/**
 * Where a route lost its cache, and why.
 * @param all every route: before its first day, another model may have done the same work
 */
export function cacheLossOf(
  history: RouteHistory,
  all: readonly RouteHistory[],
  rateOf: RateOf,
): CacheLoss | undefined {
  const first = history.days.find(({ requests }) => requests > 0)?.day ?? '';
  const former = formerOf(history, all, first);
  const series = [
    ...(former?.days ?? []).filter(({ day }) => day < first),
    ...history.days,
  ].flatMap((day): Day[] =>
    day.sample.some(isCall) ? [{ day, share: readShareOf(day.sample) }] : [],
  );
  const step = levelStep(series.map(({ share }) => Math.max(LEAST_SHARE, share)));
  const since = step && series[step.at]?.day.day;
  if (!step || since === undefined || since < first) return undefined;
  const [left, right] = [series.slice(0, step.at), series.slice(step.at)];
  const old = callsOf(left);
  const recent = callsOf(right);
  const [before, now] = [readShareOf(old), readShareOf(recent)];
  if (before - now < LEAST_FALL || now > before * MOST_KEPT) return undefined;
  const plan = presentPlan(old);
  if (plan === 'off') return undefined;
  const life = LIFE_MS[plan];
  const shares = {
    alive: sharesOf(old.filter((request) => isAlive(request, life))),
    first: sharesOf(old.filter((request) => !isAlive(request, life))),
  };
  const wasOther = former !== undefined && since === first;
  return {
    since,
    before,
    now,
    cause: causeOf(recent, {
      life,
      shares,
      before,
      offer: offerOf(history, recent, rateOf),
      wasOther,
    }),
    plan,
    days: history.days.filter(({ day }) => day >= since),
    former: wasOther ? former.route : undefined,
    restored: (factor) => (request, served) => {
      const { readShare, writeShare } = isAlive(request, life) ? shares.alive : shares.first;
      const lowered = { readShare: readShare * factor, writeShare };
      return { ...served, usage: usageWithShares(served.usage, lowered, plan) };
    },
    error: errorOf(left.map(({ share }) => share)),
  };
}

/** The route that did the work before a new one, by how many requests it served. */
function formerOf(
  { route }: RouteHistory,
  all: readonly RouteHistory[],
  first: string,
): RouteHistory | undefined {
  const requestsBefore = ({ days }: RouteHistory): number =>
    days.filter(({ day }) => day < first).reduce((sum, { requests }) => sum + requests, 0);
  return all
    .filter(
      (other) =>
        other.route.system === route.system &&
        other.route.operation === route.operation &&
        other.route.model !== route.model &&
        requestsBefore(other) > 0,
    )
    .toSorted((left, right) => requestsBefore(right) - requestsBefore(left))[0];
}

function offerOf(
  { route: { model } }: RouteHistory,
  requests: readonly SampledRequest[],
  rateOf: RateOf,
): CacheOffer | undefined {
  const rate = rateOf({ model, region: requests.at(-1)?.region });
  return rate && cacheOfferOf(model, rate);
}

type Facts = {
  life: number;
  shares: { alive: Shares; first: Shares };
  before: number;
  offer: CacheOffer | undefined;
  wasOther: boolean;
};

/** The cause of most lost tokens: those that would have been read at the same times before. */
function causeOf(requests: readonly SampledRequest[], facts: Facts): CacheLossCause {
  if (!facts.offer) return facts.wasOther ? 'model' : 'unknown';
  const planNow = presentPlan(requests);
  const lifeNow = planNow === 'off' ? facts.life : LIFE_MS[planNow];
  const lost = new Map<CacheLossCause, number>();
  let [sum, fallen] = [0, 0];
  for (const request of requests) {
    const whole = wholeInputOf(request.usage);
    const { cacheReadTokens } = request.usage;
    fallen += whole * facts.before - cacheReadTokens;
    if (!isAlive(request, facts.life)) continue;
    const tokens = Math.max(0, whole * facts.shares.alive.readShare - cacheReadTokens);
    const cause = causeFor(request, lifeNow, facts.offer);
    sum += tokens;
    lost.set(cause, (lost.get(cause) ?? 0) + tokens);
  }
  if (sum < fallen * MOST_OF) return 'apart';
  const [cause, most] = [...lost].toSorted(([, left], [, right]) => right - left)[0] ?? [
    'unknown',
    0,
  ];
  if (most < sum * MOST_OF) return 'unknown';
  return facts.wasOther && cause !== 'mark-gone' ? 'model' : cause;
}

/** Why a request read little although another came before it in time. */
function causeFor(request: SampledRequest, lifeNow: number, offer: CacheOffer): CacheLossCause {
  const { usage, prefixTokens, prefixAgeMs, isPrefixElsewhere, isInSession, previous } = request;
  const shared = isInSession ? wholeInputOf(usage) : prefixTokens;
  if (shared !== undefined && shared < offer.leastTokens) return 'prefix-short';
  if (cachedTokensOf(usage) > 0 && !isAlive(request, lifeNow)) return 'apart';
  if (cachedTokensOf(usage) === 0 && offer.control === 'marked') return 'mark-gone';
  if (isInSession ? previous?.isElsewhere : isPrefixElsewhere) return 'place';
  const isOther =
    prefixTokens !== undefined && (prefixAgeMs === undefined || prefixAgeMs > lifeNow);
  return isOther ? 'prefix-changes' : 'unknown';
}

/** Whether a request came while a cache of the one before it lives, whatever they share. */
function isAlive({ isInSession, previous, routeAgeMs, prefixAgeMs }: SampledRequest, life: number) {
  const ageMs = isInSession ? previous?.ageMs : (routeAgeMs ?? prefixAgeMs);
  return ageMs !== undefined && ageMs <= life;
}

const isCall = ({ isCacheHit, usage }: SampledRequest): boolean =>
  !isCacheHit && wholeInputOf(usage) > 0;

const callsOf = (days: readonly Day[]): SampledRequest[] =>
  days.flatMap(({ day }) => day.sample.filter(isCall));

const readShareOf = (requests: readonly SampledRequest[]): number => sharesOf(requests).readShare;

function sharesOf(requests: readonly SampledRequest[]): Shares {
  const sum = (of: (request: SampledRequest) => number): number =>
    requests.reduce((total, request) => total + of(request), 0);
  const whole = Math.max(
    1,
    sum(({ usage }) => wholeInputOf(usage)),
  );
  return {
    readShare: sum(({ usage }) => usage.cacheReadTokens) / whole,
    writeShare: sum(({ usage }) => usage.cacheWriteTokens) / whole,
  };
}

/** The standard error of a mean over days, as a share of it. */
function errorOf(shares: readonly number[]): number {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, shares.length - 1) / shares.length) / mean;
}
