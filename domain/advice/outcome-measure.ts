import type { NanoUsd } from '../money.ts';
import { modelStem, parseModelId } from '../pricing/model-id.ts';
import { type TokenUsage, wholeInputOf } from '../token-usage.ts';
import {
  cachedTokensOf,
  type CachePlan,
  presentPlan,
  usageUnder,
  usageWithShares,
} from './cache-plan.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Before, Change } from './recommendation.ts';
import { type Served, servedAs } from './serving.ts';
import { usageSpread } from './spread-cache.ts';
import { isDearerTier } from './tier-order.ts';
import type { Route } from './route.ts';
import { isWasted } from './waste.ts';

/** Advice whose outcome is measured by requests. */
export type RouteChange = Extract<Change, { route: Route }>;

/** A request since the advice, how many it stands for, and what it saved. */
export type Measure = {
  request: SampledRequest;
  standsFor: number;
  isFollowing: boolean;
  savedNanoUsd: NanoUsd;
  isUnpriced: boolean;
};

/** A change, what was before it, and by how many tokens the mean prompt of the day is shorter now. */
export type Comparison = { change: RouteChange; before: Before; shorterBy: number };

/** How a request that follows the advice would have been served; `undefined` if it does not follow. */
export function servedWithout(
  { change, before, shorterBy }: Comparison,
  request: SampledRequest,
): Served | undefined {
  const served = servedAs(request);
  const { usage } = served;
  switch (change.kind) {
    case 'model':
      return modelStem(request.model) === modelStem(change.toModel)
        ? { ...served, model: change.route.model }
        : undefined;
    case 'place':
      return parseModelId(request.model).profile === parseModelId(change.toModel).profile
        ? { ...served, model: change.route.model }
        : undefined;
    case 'tier': {
      const { tier = 'standard' } = before;
      return isDearerTier(tier, served.tier) ? { ...served, tier } : undefined;
    }
    case 'prefix-cache': {
      const cachedBefore = usageBefore(change, before, request);
      return cachedBefore && { ...served, usage: cachedBefore };
    }
    case 'cache-reads': {
      const { cacheReadShare = 0, cacheWriteShare = 0, cachePlan = 'off', spread } = before;
      if (spread) {
        const { readFactor = 1 } = before;
        return { ...served, usage: usageSpread(request, spread, { readFactor, plan: cachePlan }) };
      }
      const shares = { readShare: cacheReadShare, writeShare: cacheWriteShare };
      return { ...served, usage: usageWithShares(usage, shares, cachePlan) };
    }
    case 'input-length':
      return shorterBy === 0
        ? undefined
        : { ...served, usage: { ...usage, inputTokens: usage.inputTokens + shorterBy } };
    case 'response-cache':
    case 'calls':
      return undefined;
  }
}

/** The tokens of a request if its prompt were cached as before the advice. */
function usageBefore(
  { plan, by }: { plan: CachePlan; by: Extract<Change, { kind: 'prefix-cache' }>['by'] },
  before: Before,
  request: SampledRequest,
): TokenUsage | undefined {
  const { usage } = request;
  if (plan === 'off') {
    if (cachedTokensOf(usage) > 0) return undefined;
    const whole = wholeInputOf(usage);
    const cacheReadTokens = Math.min(whole, before.cacheReadTokens ?? 0);
    const cacheWriteTokens = Math.min(whole - cacheReadTokens, before.cacheWriteTokens ?? 0);
    return {
      ...usage,
      inputTokens: whole - cacheReadTokens - cacheWriteTokens,
      cacheReadTokens,
      cacheWriteTokens,
      ...(before.cachePlan === '1h' ? { cacheWriteOneHourTokens: cacheWriteTokens } : {}),
    };
  }
  if (cachedTokensOf(usage) === 0) return undefined;
  const isOtherLife = usage.cacheWriteTokens > 0 && presentPlan([request]) !== plan;
  if (isOtherLife) return undefined;
  return usageUnder(before.cachePlan ?? 'off', request, { leastTokens: 1, by });
}

/**
 * What calls would have cost that are not made any more, from the share that they had before.
 * `undefined` for changes after which all calls are still made.
 */
export function savedByFewer(
  { change, before }: Comparison,
  measures: readonly Measure[],
): number | undefined {
  if (change.kind === 'response-cache') return savedByAnswers(before, measures);
  if (change.kind !== 'calls') return undefined;
  const useful = costOf(measures.filter(({ request }) => !isWasted(change.of, request)));
  const expected = useful / Math.max(LEAST_SHARE, 1 - (before.wastedShare ?? 0));
  return expected - costOf(measures);
}

/** What a group of requests saved by shorter prompts, as its part of what all of a day left out. */
export function savedByLength(
  { change, before }: Comparison,
  group: readonly Measure[],
  all: readonly Measure[],
): number {
  if (change.kind !== 'input-length') return 0;
  const { inputTokens = change.beforeInputTokens } = before;
  const leftOut = (measures: readonly Measure[]): number =>
    measures.reduce(
      (sum, { request, standsFor }) =>
        request.isCacheHit ? sum : sum + standsFor * (inputTokens - wholeInputOf(request.usage)),
      0,
    );
  const saved = all.reduce(
    (sum, { savedNanoUsd, standsFor }) => sum + Number(savedNanoUsd) * standsFor,
    0,
  );
  return saved === 0 ? 0 : (saved * leftOut(group)) / leftOut(all);
}

/** A share of nearly all would make what is left stand for anything. */
const LEAST_SHARE = 0.01;

/**
 * Answers from a cache that are recorded as such would each have cost what the first answer did. Where none
 * is recorded, as many are missing as there were repeats before.
 */
function savedByAnswers({ repeatingShare = 0 }: Before, measures: readonly Measure[]): number {
  const hits = measures.filter(({ request }) => request.isCacheHit);
  const made = measures.filter(({ request }) => !request.isCacheHit);
  const meanCost = costOf(made) / Math.max(1, countOf(made));
  if (hits.length > 0) {
    return hits.reduce(
      (sum, { request: { answered }, standsFor }) =>
        sum + standsFor * (answered ? Number(answered.costNanoUsd) : meanCost),
      0,
    );
  }
  const unique = countOf(made.filter(({ request }) => request.answered === undefined));
  const expected = unique / Math.max(LEAST_SHARE, 1 - repeatingShare);
  return (expected - countOf(made)) * meanCost;
}

const countOf = (measures: readonly Measure[]): number =>
  measures.reduce((sum, { standsFor }) => sum + standsFor, 0);

const costOf = (measures: readonly Measure[]): number =>
  measures.reduce(
    (sum, { request, standsFor }) => sum + Number(request.costNanoUsd) * standsFor,
    0,
  );
