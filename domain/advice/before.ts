import { modelStem, parseModelId } from '../pricing/model-id.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import { wholeInputOf } from '../token-usage.ts';
import { presentPlan } from './cache-plan.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Before, Change } from './recommendation.ts';
import {
  type HistoryDay,
  presentRequests,
  requestsOf,
  type RouteHistory,
} from './route-history.ts';
import { evidenceDays } from './saving.ts';
import { servedAs } from './serving.ts';
import { counted, estimate } from './share-error.ts';
import { readFactorOf, spreadCacheOf, sureFactor } from './spread-cache.ts';
import { isDearerTier } from './tier-order.ts';
import { isWasted } from './waste.ts';

/**
 * What a route's work was like before a change.
 * @param all every route, because the change of a model concerns two of them
 */
export function beforeOf(
  change: Change,
  history: RouteHistory,
  all: readonly RouteHistory[],
): Before {
  const days = evidenceDays(history);
  const requests = requestsOf({ days });
  const base = {
    requests: totalOf(days, (day) => day.requests),
    costNanoUsd: days.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n),
  };
  switch (change.kind) {
    case 'model':
    case 'place':
      return { ...base, ...servedShare(change, history, all) };
    case 'tier':
      return {
        ...base,
        ...estimate(requests, (items) => ({
          followingShare: shareOf(
            items,
            (request) => !isDearerTier(servedAs(request).tier, change.tier),
          ),
        })),
        tier: usualTier(requests.filter(({ urgency }) => urgency !== 'interactive')),
      };
    case 'prefix-cache':
      return {
        ...base,
        cachePlan: presentPlan(presentRequests(history)),
        ...cachedTokens(presentRequests(history)),
      };
    case 'cache-reads':
      return { ...base, ...readsBefore(change, history) };
    case 'response-cache':
      return {
        ...base,
        ...estimate(requests, (items) => ({
          repeatingShare: shareOf(items, ({ answered }) => answered !== undefined),
        })),
      };
    case 'calls':
      return {
        ...base,
        ...estimate(requests, (items) => ({
          wastedShare: costShare(items, (item) => isWasted(change.of, item)),
        })),
      };
    case 'input-length': {
      const { error } = estimate(requests, (items) => ({ inputTokens: meanInput(items) }));
      return { ...base, inputTokens: change.beforeInputTokens, error };
    }
    default:
      return base;
  }
}

/** The share of the work's requests that the advised model or place served already. */
function servedShare(
  { kind, toModel }: Extract<Change, { toModel: string }>,
  history: RouteHistory,
  all: readonly RouteHistory[],
): Pick<Before, 'followingShare' | 'error'> {
  const { route } = history;
  const from = evidenceDays(history)[0]?.day ?? '';
  const nameOf = (model: string): string =>
    kind === 'model' ? modelStem(model) : `${parseModelId(model).profile}/${modelStem(model)}`;
  const requestsBy = (model: string): number =>
    all
      .filter(
        (other) =>
          other.route.system === route.system &&
          other.route.operation === route.operation &&
          nameOf(other.route.model) === nameOf(model),
      )
      .reduce(
        (sum, other) =>
          sum +
          totalOf(
            other.days.filter(({ day }) => day >= from),
            ({ requests }) => requests,
          ),
        0,
      );
  const [old, advised] = [requestsBy(route.model), requestsBy(toModel)];
  return counted(advised / Math.max(1, old + advised), old + advised);
}

/** The tier that most of some requests were served in. */
function usualTier(requests: readonly SampledRequest[]): ServiceTier {
  const tiers = Map.groupBy(requests, (request) => servedAs(request).tier);
  const most = [...tiers].toSorted(([, left], [, right]) => right.length - left.length)[0];
  return most?.[0] ?? 'standard';
}

function cachedTokens(requests: readonly SampledRequest[]) {
  const mean = (of: (request: SampledRequest) => number): number =>
    Math.round(requests.reduce((sum, item) => sum + of(item), 0) / Math.max(1, requests.length));
  return {
    cacheReadTokens: mean(({ usage }) => usage.cacheReadTokens),
    cacheWriteTokens: mean(({ usage }) => usage.cacheWriteTokens),
  };
}

/** What was read from caches since the loss; where regions are its cause, by how they were chosen. */
function readsBefore(
  { since, cause }: Extract<Change, { kind: 'cache-reads' }>,
  { days }: RouteHistory,
): Omit<Before, 'requests' | 'costNanoUsd'> {
  const requests = requestsOf({ days: days.filter(({ day }) => day >= since) });
  const cachePlan = presentPlan(requests);
  const shares = { cachePlan, ...estimate(requests, cachedShares) };
  const spread = cause === 'place' ? spreadCacheOf(requests) : undefined;
  if (!spread) return shares;
  const { readFactor, error } = estimate(requests, (items) => ({
    readFactor: readFactorOf(items, spread, cachePlan),
  }));
  const standardError = error?.figures.readFactor ?? 0;
  return { ...shares, spread, readFactor: sureFactor(readFactor, standardError), error };
}

function cachedShares(requests: readonly SampledRequest[]) {
  const sum = (of: (request: SampledRequest) => number): number =>
    requests.reduce((total, item) => total + of(item), 0);
  const whole = Math.max(
    1,
    sum(({ usage }) => wholeInputOf(usage)),
  );
  return {
    cacheReadShare: sum(({ usage }) => usage.cacheReadTokens) / whole,
    cacheWriteShare: sum(({ usage }) => usage.cacheWriteTokens) / whole,
  };
}

const shareOf = (
  requests: readonly SampledRequest[],
  is: (request: SampledRequest) => boolean,
): number => requests.filter(is).length / Math.max(1, requests.length);

const meanInput = (requests: readonly SampledRequest[]): number =>
  requests.reduce((sum, { usage }) => sum + wholeInputOf(usage), 0) / Math.max(1, requests.length);

/** The share of the cost of some requests. */
function costShare(
  requests: readonly SampledRequest[],
  is: (request: SampledRequest) => boolean,
): number {
  const cost = (items: readonly SampledRequest[]): number =>
    items.reduce((sum, { costNanoUsd }) => sum + Number(costNanoUsd), 0);
  const all = cost(requests);
  return all === 0 ? 0 : cost(requests.filter(is)) / all;
}

const totalOf = (days: readonly HistoryDay[], of: (day: HistoryDay) => number): number =>
  days.reduce((sum, day) => sum + of(day), 0);
