import { minNanoUsd } from '../money.ts';
import { cacheOfferOf } from '../catalog/cache-offer.ts';
import { type CacheLoss, type CacheLossCause, cacheLossOf } from './cache-loss.ts';
import { proposeCachePlan } from './prefix-cache.ts';
import type { Proposal } from './proposal.ts';
import type { ApplyRequest } from './recommendation.ts';
import { reservationWith } from './request-example.ts';
import { type Route, routeText, workText } from './route.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { isWorthTelling, type Saving, savingOf, TWO_SIDED_90 } from './saving.ts';
import type { RateOf, Serve } from './serving.ts';

/**
 * How a route should be cached. If it lost its cache, the loss is told with its day, cost and cause:
 * what was read before is read again at the times of the requests since. Where the cause is that
 * requests come farther apart, nothing was lost that they could have kept, so only another plan helps,
 * and the loss is its reason.
 * @param all every route of the organization
 */
export function proposeCacheReturn(
  history: RouteHistory,
  all: readonly RouteHistory[],
  rateOf: RateOf,
): Proposal[] {
  const plans = proposeCachePlan(history, rateOf);
  const loss = cacheLossOf(history, all, rateOf);
  if (!loss) return plans;
  if (loss.cause === 'apart') {
    const basis = `because since ${loss.since} its requests come farther apart than the cache lives`;
    return plans.map((plan) => (plan.isQuestion ? plan : { ...plan, basis }));
  }
  const back = returnOf(history, loss, rateOf);
  return back && isWorthTelling(back.saving) ? [back] : plans;
}

function returnOf(history: RouteHistory, loss: CacheLoss, rateOf: RateOf): Proposal | undefined {
  const { route } = history;
  const { cause, since, former, plan } = loss;
  const serveBy = (factor: number): Serve => {
    const restored = loss.restored(factor);
    if (cause !== 'model' || !former) return restored;
    return (request, served) => restored(request, { ...served, model: former.model });
  };
  const serve = serveBy(1);
  const saving = savingWith(history, loss, serveBy, rateOf);
  if (!saving) return undefined;
  const [before, now] = [loss.before, loss.now].map((share) => Math.round(100 * share));
  return {
    kind: 'cache',
    lever: 'cache',
    change:
      cause === 'model' && former
        ? { kind: 'model', route, toModel: former.model }
        : cause === 'mark-gone'
          ? { kind: 'prefix-cache', route, plan, by: 'route' }
          : { kind: 'cache-reads', route, since, cause },
    serve,
    saving,
    isQuestion: cause === 'unknown' || cause === 'model',
    isLoss: true,
    what: `Cache reads of ${routeText(route)} fell from ${before} % to ${now} % of its input on ${since}`,
    basis: basisOf(cause, former?.model),
    action: actionOf(history, loss, rateOf),
    request: requestOf(history, loss, rateOf),
    effort: 'medium',
    evidence: { cacheReadsBefore: `${before} %`, cacheReadsSince: `${now} %`, cause, since },
  };
}

/** The saving, with how well the share before is known in its interval. */
function savingWith(
  history: RouteHistory,
  { days, error }: CacheLoss,
  serveBy: (factor: number) => Serve,
  rateOf: RateOf,
): Saving | undefined {
  const since = { ...history, days };
  const saving = savingOf(since, serveBy(1), rateOf);
  const least = savingOf(since, serveBy(Math.max(0, 1 - TWO_SIDED_90 * error)), rateOf);
  if (!saving || !least) return undefined;
  const { perMonthNanoUsd, leastPerMonthNanoUsd } = saving;
  const margin = BigInt(
    Math.ceil(
      Math.hypot(
        Number(perMonthNanoUsd - leastPerMonthNanoUsd),
        Number(perMonthNanoUsd - least.perMonthNanoUsd),
      ),
    ),
  );
  return {
    ...saving,
    leastPerMonthNanoUsd: perMonthNanoUsd - margin,
    mostPerMonthNanoUsd: minNanoUsd(perMonthNanoUsd + margin, saving.nowPerMonthNanoUsd),
  };
}

const CAUSES: Record<Exclude<CacheLossCause, 'model' | 'apart'>, string> = {
  'prefix-changes': 'Prefixes now differ from request to request',
  'prefix-short': 'Prefixes became shorter than what the provider caches',
  place: 'Requests with one prefix now go to several regions, each with a cache of its own',
  'mark-gone': 'Nothing is written to the cache any more',
  unknown: 'What changed on that day? No request tells',
};

const basisOf = (cause: CacheLossCause, former: string | undefined): string => {
  if (cause === 'apart') return 'Requests come farther apart than the cache lives';
  return cause === 'model'
    ? `Since then it serves what ${former ?? 'another model'} served: was that wanted?`
    : CAUSES[cause];
};

function actionOf({ route }: RouteHistory, loss: CacheLoss, rateOf: RateOf): string {
  const { cause, since, plan, former } = loss;
  const { mark, leastTokens } = markOf(route, rateOf);
  switch (cause) {
    case 'prefix-changes':
      return `Compare the prompts of two requests of ${workText(route)}. Keep instructions and tools, and their order, the same in all requests, and put what differs after them`;
    case 'prefix-short':
      return `Make the part that all prompts of ${workText(route)} share at least ${leastTokens} tokens long, as it was before ${since}`;
    case 'place':
      return `Send requests of ${workText(route)} with the same prefix to one region`;
    case 'mark-gone':
      return `Put "${mark}" with "ttl": "${plan}" back after the part that prompts share. It is missing since ${since}`;
    case 'model':
      return `If you did not want another model on ${since}, serve ${workText(route)} with ${former?.model ?? 'the model before'} again`;
    case 'apart':
    case 'unknown':
      return `Look at what changed in ${workText(route)} on ${since}: the template, the client or the proxy before it. Send "prefix" with the hash and the tokens of what all prompts share, so that Purser knows the cause`;
  }
}

/** How the model caches, or what most do if it is not known. */
function markOf({ model }: Route, rateOf: RateOf): { mark: string; leastTokens: number } {
  const rate = rateOf({ model });
  const offer = rate && cacheOfferOf(model, rate);
  return { mark: offer?.mark ?? 'cachePoint', leastTokens: offer?.leastTokens ?? 1 };
}

/** A request as callers send it from then on. */
function requestOf({ route }: RouteHistory, loss: CacheLoss, rateOf: RateOf): ApplyRequest {
  const { cause, days, former } = loss;
  const { leastTokens } = markOf(route, rateOf);
  const requests = requestsOf({ days });
  if (cause === 'model' && former) {
    return reservationWith(route, days, { model: former.model });
  }
  if (cause === 'place') {
    const regions = [...Map.groupBy(requests, ({ region }) => region)];
    const [most] = regions.toSorted(([, left], [, right]) => right.length - left.length);
    return reservationWith(route, days, most?.[0] === undefined ? {} : { region: most[0] });
  }
  const tokens = requests.reduce(
    (most, { prefixTokens = 0 }) => Math.max(most, prefixTokens),
    leastTokens,
  );
  return reservationWith(route, days, { prefix: { hash: 'hash-of-the-prefix', tokens } });
}
