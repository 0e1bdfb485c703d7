import { type CacheOffer, cacheOfferOf } from '../catalog/cache-offer.ts';
import { wholeInputOf } from '../token-usage.ts';
import {
  type CachePlan,
  cachedTokensOf,
  presentPlan,
  type SharedBy,
  usageUnder,
} from './cache-plan.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Proposal } from './proposal.ts';
import { presentRequests, requestsOf, type RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import { routeText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** The way of knowing must hold for this share of the requests. */
const MOST_OF = 0.9;
const HALF = 0.5;

type Knowledge = { by: SharedBy; isAssumed: boolean };

/**
 * Whether to cache a route's prompts, and for how long. Every plan that the model offers is played over
 * the requests at their real intervals, whether the route caches now or not. What prompts share is known
 * in sessions, by a hash of the prefix, or from what the route caches itself. Otherwise the proposal is a
 * question: nobody knows whether the prompts share anything.
 */
export function proposeCachePlan(history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route } = history;
  const requests = requestsOf(history);
  const rate = rateOf({ model: route.model, region: requests.at(-1)?.region });
  const offer = rate && cacheOfferOf(route.model, rate);
  if (!offer || offer.control === 'automatic') return [];
  const present = presentPlan(presentRequests(history));
  const knowledge = knowledgeOf(presentRequests(history), present, offer);
  const plans: readonly CachePlan[] = ['off', ...offer.lives];
  return plans
    .filter((plan) => plan !== present && (plan === 'off' || knowledge !== undefined))
    .flatMap((plan): Proposal[] => {
      const { by, isAssumed } = knowledge ?? { by: 'route', isAssumed: false };
      const serve = servedUnder(plan, offer, by, isAssumed);
      const saving = savingOf(history, serve, rateOf);
      if (!saving) return [];
      const isQuestion = isAssumed && plan !== 'off';
      return [
        {
          kind: 'cache',
          lever: 'cache',
          change: { kind: 'prefix-cache', route, plan, by },
          serve,
          saving,
          isQuestion,
          what: whatOf(plan, present, routeText(route), isQuestion),
          basis: basisOf(plan, by, isQuestion),
          action: actionOf(plan, offer, by, isQuestion),
          effort: 'low',
          evidence: {
            cachedTokensPerRequest: Math.round(meanOf(requests, cachedTokensOf)),
            assumption: assumptionOf(by, isQuestion, offer),
          },
        },
      ];
    });
}

/** An assumed prefix is the shortest that can be cached. */
const servedUnder =
  (plan: CachePlan, offer: CacheOffer, by: SharedBy, isAssumed: boolean): Serve =>
  (request, served) => {
    const asked: SampledRequest = {
      ...request,
      usage: served.usage,
      ...(isAssumed ? { prefixTokens: offer.leastTokens } : {}),
    };
    return { ...served, usage: usageUnder(plan, asked, { ...offer, by }) };
  };

/**
 * How it is known what the prompts share; `undefined` if they are too short to share enough, or if the
 * cache that they have now is not read as foretold: then they share less than they seem to.
 */
function knowledgeOf(
  requests: readonly SampledRequest[],
  present: CachePlan,
  offer: CacheOffer,
): Knowledge | undefined {
  const knowledge = seemingKnowledgeOf(requests, present, offer);
  if (!knowledge || present === 'off') return knowledge;
  const foretold = requests.filter((request) => {
    const { cacheReadTokens } = usageUnder(present, request, { ...offer, by: knowledge.by });
    return cacheReadTokens > 0 === request.usage.cacheReadTokens > 0;
  });
  return foretold.length >= requests.length * MOST_OF ? knowledge : undefined;
}

function seemingKnowledgeOf(
  requests: readonly SampledRequest[],
  present: CachePlan,
  offer: CacheOffer,
): Knowledge | undefined {
  const shareOf = (is: (request: SampledRequest) => boolean): number =>
    requests.filter(is).length / Math.max(1, requests.length);
  const followers = requests.filter(({ previous }) => previous !== undefined);
  const growing = followers.filter(
    ({ previous, usage }) => wholeInputOf(usage) >= (previous?.wholeInputTokens ?? 0),
  );
  if (shareOf(({ isInSession }) => isInSession) > HALF) {
    return growing.length >= followers.length * MOST_OF
      ? { by: 'session', isAssumed: false }
      : undefined;
  }
  if (shareOf(({ prefixTokens }) => prefixTokens !== undefined) > HALF) {
    return { by: 'prefix', isAssumed: false };
  }
  if (present !== 'off') return { by: 'route', isAssumed: false };
  const isLong = requests.every(({ usage }) => wholeInputOf(usage) >= offer.leastTokens);
  return isLong ? { by: 'prefix', isAssumed: true } : undefined;
}

function whatOf(plan: CachePlan, present: CachePlan, work: string, isQuestion: boolean): string {
  if (isQuestion) return `Do the prompts of ${work} begin alike? Then cache what they share`;
  if (plan === 'off') return `Stop caching the prompts of ${work}`;
  const life = plan === '5m' ? 'five minutes' : 'an hour';
  return present === 'off'
    ? `Cache the prompts of ${work} for ${life}`
    : `Cache the prompts of ${work} for ${life} instead of ${present === '5m' ? 'five minutes' : 'an hour'}`;
}

function basisOf(plan: CachePlan, by: SharedBy, isQuestion: boolean): string {
  if (isQuestion) return 'if they share as much as can be cached at all';
  if (plan === 'off') return 'what is written is read too rarely';
  return {
    session: 'each turn of a session repeats the one before',
    prefix: 'the shared beginning is known by its hash',
    route: 'by the times between its requests',
  }[by];
}

function actionOf(
  plan: CachePlan,
  { mark }: CacheOffer,
  by: SharedBy,
  isQuestion: boolean,
): string {
  if (isQuestion) {
    return 'Send "prefix" with the hash and the tokens of what all prompts share, or call through the gateway, which sees it and keeps only the hash. Purser then knows what caching saves';
  }
  const name = mark ?? 'cachePoint';
  if (plan === 'off') return `Remove "${name}" from these requests`;
  const where =
    by === 'session'
      ? 'after the last turn of each request'
      : 'after the part that all prompts share';
  return `Put "${name}" with "ttl": "${plan}" ${where}`;
}

const assumptionOf = (by: SharedBy, isQuestion: boolean, { leastTokens }: CacheOffer): string =>
  isQuestion
    ? `all prompts share their first ${leastTokens} tokens`
    : {
        session: 'a request begins with the whole input of the previous one in its session',
        prefix: 'none: the prefix is known',
        route: 'what is cached now stays the same',
      }[by];

const meanOf = (
  requests: readonly SampledRequest[],
  of: (usage: SampledRequest['usage']) => number,
): number => requests.reduce((sum, { usage }) => sum + of(usage), 0) / Math.max(1, requests.length);
