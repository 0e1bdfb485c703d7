import type { NanoUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import type { DaySample, RouteDay, SampledRequest } from './day-sample.ts';
import {
  type Comparison,
  type Measure,
  type RouteChange,
  savedByFewer,
  savedByLength,
  servedWithout,
} from './outcome-measure.ts';
import type { Before } from './recommendation.ts';
import { oneErrorHigher } from './share-error.ts';
import { priceOf, type RateOf } from './serving.ts';
import { wholeInputOf } from '../token-usage.ts';
import {
  groupVariance,
  marginOf,
  sumOf,
  type Weighted,
  weightedSample,
} from './weighted-sample.ts';

/** Looks up a model's price on the day of a request. */
export type RateAt = (rateQuery: Parameters<RateOf>[0] & { atMs: number }) => ReturnType<RateOf>;

/**
 * The result of advice since it was accepted. What followed it before does not count as its result, and
 * requests that do not follow it save nothing.
 */
export type Outcome = {
  requests: number;
  following: number;
  actualNanoUsd: NanoUsd;
  counterfactualNanoUsd: NanoUsd;
  realizedSavingNanoUsd: NanoUsd;
  /**
   * Half of a 90 % interval of the saving, for the samples before and after the advice; 0 if every
   * request since was read, and nothing before had to be estimated.
   */
  marginNanoUsd: NanoUsd;
  /**
   * For warmth, which no request pays for: hours that could be measured, and hours that follow the
   * advice.
   */
  hours?: { measured: number; following: number } | undefined;
  caveats: string[];
};

/** Why an outcome cannot be measured. */
export type Unmeasured = { unmeasured: string };

/** Accepted advice on a route, and what other accepted advice changed on it. */
export type Accepted = {
  change: RouteChange;
  before: Before;
  /** Requests from then on count. Epoch ms. */
  fromMs: number;
  /** Requests before then count; all if absent. Epoch ms. */
  toMs?: number | undefined;
  /** Models that took over from the route's model by other accepted advice. */
  successors: readonly string[];
};

const CAVEATS: Record<RouteChange['kind'], string> = {
  model: 'The previous model might have used more or fewer tokens for the same prompts.',
  place: 'The requests would have cost the price of the previous place.',
  'prefix-cache':
    'Without the advice, prompts would have been cached as they were before, at the same times.',
  'cache-reads':
    'Without the advice, the same shares of all input would have been read from the cache and written to it.',
  'response-cache':
    'Answers from the cache are counted where they are reported ("cacheHit"); otherwise the drop in repeated prompts shows them.',
  'input-length':
    'Every prompt is assumed to have been longer by the drop in the mean; the reason for the drop is unknown.',
  tier: 'Without the advice, the same requests would have been served in the tier before.',
  calls: 'Without the advice, the same share of the cost would have been spent on such calls.',
};

/** Kinds whose outcome compares shares, which vary by chance. */
const BY_SHARE: readonly RouteChange['kind'][] = ['cache-reads', 'response-cache', 'calls'];

/**
 * What accepted advice saved on some days, each request at the prices of its own day. Days add up, so
 * the saving falls only on a day on which the change cost more, which is said. Samples are scaled to all
 * requests; the margin is that of the sampling, and of what was before.
 */
export function outcomeOf(accepted: Accepted, days: readonly DaySample[], rateAt: RateAt): Outcome {
  const total = outcomesOf(accepted, days, rateAt);
  const isByShare = BY_SHARE.includes(accepted.change.kind);
  // Chance may show less than before, and so a saving of nothing as a negative one.
  const isChance = total.saved < 0n && (isByShare || total.gross >= 0n);
  const saved = isChance ? 0n : total.saved;
  return {
    requests: total.requests,
    following: total.following,
    actualNanoUsd: total.actual,
    counterfactualNanoUsd: total.actual + saved,
    realizedSavingNanoUsd: saved,
    marginNanoUsd: marginOf(total.variance + varianceBefore(accepted, days, rateAt, total)),
    caveats: [
      CAVEATS[accepted.change.kind],
      ...(total.unpriced > 0
        ? [`${total.unpriced} requests had no price; they count as saving nothing.`]
        : []),
      ...(total.dearerDays > 0 && !isByShare
        ? [`On ${total.dearerDays} days the change cost more than it saved.`]
        : []),
    ],
  };
}

/**
 * The variance of a saving because the figures before are estimates. The same chance that moved them
 * moves what would have been since, by the number of requests on each side.
 */
function varianceBefore(
  accepted: Accepted,
  days: readonly DaySample[],
  rateAt: RateAt,
  { saved, requests }: DayOutcome,
): number {
  const { before } = accepted;
  if (!before.error || requests === 0) return 0;
  const higher = outcomesOf({ ...accepted, before: oneErrorHigher(before) }, days, rateAt);
  return Number(higher.saved - saved) ** 2 * (1 + before.error.requests / requests);
}

const NOTHING = {
  requests: 0,
  following: 0,
  actual: 0n,
  saved: 0n,
  gross: 0n,
  variance: 0,
  unpriced: 0,
  dearerDays: 0,
};

const outcomesOf = (
  accepted: Accepted,
  days: readonly DaySample[],
  rateAt: RateAt,
): DayOutcome & { dearerDays: number } =>
  days.reduce((total, day) => {
    const routes = day.routes.filter((route) => isOf(accepted, route));
    const measured = dayOutcome(accepted, routes, day, rateAt);
    return {
      requests: total.requests + measured.requests,
      following: total.following + measured.following,
      actual: total.actual + measured.actual,
      saved: total.saved + measured.saved,
      gross: total.gross + measured.gross,
      variance: total.variance + measured.variance,
      unpriced: total.unpriced + measured.unpriced,
      dearerDays: total.dearerDays + (measured.gross < 0n ? 1 : 0),
    };
  }, NOTHING);

/** Whether a route is the one that the advice is about, in its old or its advised form. */
function isOf({ change, successors }: Accepted, { route }: RouteDay): boolean {
  const { system, operation, model } = change.route;
  if (route.system !== system || route.operation !== operation) return false;
  const models = [model, ...('toModel' in change ? [change.toModel] : []), ...successors];
  return models.some((other) => modelStem(other) === modelStem(route.model));
}

type DayOutcome = {
  requests: number;
  following: number;
  actual: NanoUsd;
  saved: NanoUsd;
  /** What those that follow save, also those that would have followed without the advice. */
  gross: NanoUsd;
  variance: number;
  unpriced: number;
};

function dayOutcome(
  accepted: Accepted,
  routes: readonly RouteDay[],
  day: DaySample,
  rateAt: RateAt,
): DayOutcome {
  const weighted = weightedSample(routes, day, accepted);
  const comparison = { ...accepted, shorterBy: shorterBy(accepted, weighted) };
  const measures = weighted.map((item) => ({
    ...item,
    ...measureOf(comparison, item.request, rateAt),
  }));
  const savedBy = (group: readonly Measure[]): number =>
    savedByFewer(comparison, group) ?? excessSaving(accepted, group, measures);
  return {
    requests: Math.round(sumOf(measures, () => 1)),
    following: Math.round(sumOf(measures, ({ isFollowing }) => (isFollowing ? 1 : 0))),
    actual: BigInt(
      Math.round(sumOf(measures, ({ request: { costNanoUsd } }) => Number(costNanoUsd))),
    ),
    saved: BigInt(Math.round(savedBy(measures))),
    gross: BigInt(Math.round(sumOf(measures, ({ savedNanoUsd }) => Number(savedNanoUsd)))),
    variance: groupVariance(measures, (group) =>
      accepted.change.kind === 'input-length'
        ? savedByLength(comparison, group, measures)
        : savedBy(group),
    ),
    unpriced: measures.filter(({ isUnpriced }) => isUnpriced).length,
  };
}

/** Compares what a request cost with what it would have cost without the advice. */
function measureOf(comparison: Comparison, request: SampledRequest, rateAt: RateAt) {
  const without = servedWithout(comparison, request);
  const isFollowing = without !== undefined || request.isCacheHit === true;
  if (without === undefined) return { isFollowing, savedNanoUsd: 0n, isUnpriced: false };
  const price = priceOf(without, (query) => rateAt({ ...query, atMs: request.atMs }));
  return price === undefined
    ? { isFollowing, savedNanoUsd: 0n, isUnpriced: true }
    : { isFollowing, savedNanoUsd: price - request.costNanoUsd, isUnpriced: false };
}

/** By how many tokens the mean prompt is shorter than before advice to shorten it. */
function shorterBy({ change, before }: Accepted, weighted: readonly Weighted[]): number {
  if (change.kind !== 'input-length') return 0;
  const prompts = weighted.filter(({ request }) => !request.isCacheHit);
  const count = sumOf(prompts, () => 1);
  const mean = sumOf(prompts, ({ request }) => wholeInputOf(request.usage)) / Math.max(1, count);
  return Math.max(0, Math.round((before.inputTokens ?? change.beforeInputTokens) - mean));
}

/**
 * What those of a group save that follow beyond the share that did so before the advice, each as much as
 * the mean of all that follow.
 */
function excessSaving(
  { before: { followingShare = 0 } }: Accepted,
  group: readonly Measure[],
  all: readonly Measure[],
): number {
  const saved = sumOf(group, ({ savedNanoUsd }) => Number(savedNanoUsd));
  const following = sumOf(all, ({ isFollowing }) => (isFollowing ? 1 : 0));
  if (following === 0 || followingShare === 0) return saved;
  const perFollower = sumOf(all, ({ savedNanoUsd }) => Number(savedNanoUsd)) / following;
  return saved - perFollower * followingShare * sumOf(group, () => 1);
}
