import type { NanoUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import { wholeCostOf } from '../pricing/rate.ts';
import { type TokenUsage, wholeInputOf } from '../token-usage.ts';
import type { RateOf } from './counterfactual.ts';
import type { Change, Route } from './recommendation.ts';
import { type RequestFact } from './usage-sample.ts';

/** Looks up a model's price on the day of a request. */
export type RateAt = (rateQuery: Parameters<RateOf>[0] & { atMs: number }) => ReturnType<RateOf>;

/**
 * The result of advice since it was accepted. `counterfactualNanoUsd` is what the requests that
 * follow the advice would have cost without it. Requests that do not follow it save nothing.
 */
export type Outcome = {
  requests: number;
  following: number;
  actualNanoUsd: NanoUsd;
  counterfactualNanoUsd: NanoUsd;
  realizedSavingNanoUsd: NanoUsd;
  /**
   * For warmth, which no request pays for: hours that could be measured, and hours that follow the
   * advice.
   */
  hours?: { measured: number; following: number } | undefined;
  caveats: string[];
};

/** Why an outcome cannot be measured. */
export type Unmeasured = { unmeasured: string };

/** Advice whose outcome is measured by requests. */
type RequestChange = Extract<Change, { route: Route }>;

const CAVEATS: Record<RequestChange['kind'], string> = {
  model: 'The previous model might have used more or fewer tokens for the same prompts.',
  'prefix-cache':
    'Cached tokens are priced as plain input and count as following the advice. Advice to stop caching has no measurable saving, because the cost with a cache is unknown; compare the unit costs.',
  'response-cache':
    'Requests that a cache answered are not recorded here, so they are not counted.',
  'input-length':
    'Every prompt is assumed to have been longer by the drop in the mean; the reason for the drop is unknown.',
  tier: 'The tier is inferred from costs that the standard price does not explain.',
};

/**
 * Prices requests since the advice was accepted as they would have been served without it, each at
 * the prices of its own day.
 */
export function outcomeOf(
  change: RequestChange,
  requests: readonly RequestFact[],
  rateAt: RateAt,
): Outcome {
  const ofRoute = requests.filter((request) => isOf(change, request));
  const shorterBy = change.kind === 'input-length' ? shortening(change, ofRoute) : 0;
  let [actualNanoUsd, counterfactualNanoUsd, following, unpriced] = [0n, 0n, 0, 0];
  for (const request of ofRoute) {
    actualNanoUsd += request.costNanoUsd;
    const without = costWithout(change, request, rateAt, shorterBy);
    if (without === 'unpriced') unpriced += 1;
    if (without === 'unpriced' || without === undefined) {
      counterfactualNanoUsd += request.costNanoUsd;
    } else {
      following += 1;
      counterfactualNanoUsd += without;
    }
  }
  return {
    requests: ofRoute.length,
    following,
    actualNanoUsd,
    counterfactualNanoUsd,
    realizedSavingNanoUsd: counterfactualNanoUsd - actualNanoUsd,
    caveats: [
      CAVEATS[change.kind],
      ...(unpriced > 0
        ? [`${unpriced} requests had no earlier price; they count as saving nothing.`]
        : []),
    ],
  };
}

/** Whether the advice covers a request, in its old or its advised form. */
function isOf(change: RequestChange, request: RequestFact): boolean {
  const { route } = change;
  const isSameWork = request.system === route.system && request.operation === route.operation;
  const models = change.kind === 'model' ? [route.model, change.toModel] : [route.model];
  return isSameWork && models.some((model) => modelStem(model) === modelStem(request.model));
}

/**
 * What a request that follows the advice would have cost without it; `undefined` if it does not
 * follow.
 */
function costWithout(
  change: RequestChange,
  request: RequestFact,
  rateAt: RateAt,
  shorterBy: number,
): NanoUsd | 'unpriced' | undefined {
  const { usage } = request;
  const priced = (route: Route, tokens: TokenUsage): NanoUsd | 'unpriced' => {
    const rate = rateAt({ model: route.model, region: request.region, atMs: request.atMs });
    return (rate && wholeCostOf(tokens, rate)) ?? 'unpriced';
  };
  switch (change.kind) {
    case 'model':
      return modelStem(request.model) === modelStem(change.toModel)
        ? priced(change.route, usage)
        : undefined;
    case 'prefix-cache': {
      const isCached = usage.cacheReadTokens + usage.cacheWriteTokens > 0;
      if (change.plan === 'off' || !isCached) return undefined;
      return priced(change.route, {
        ...usage,
        inputTokens: wholeInputOf(usage),
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        cacheWriteOneHourTokens: undefined,
      });
    }
    case 'input-length':
      return shorterBy === 0
        ? undefined
        : priced(change.route, { ...usage, inputTokens: usage.inputTokens + shorterBy });
    case 'tier': {
      const standard = priced(change.route, usage);
      if (standard === 'unpriced') return standard;
      return request.costNanoUsd * 10n < standard * 9n ? standard : undefined;
    }
    case 'response-cache':
      return undefined;
  }
}

/** How many tokens shorter the average prompt is than before the advice. */
function shortening(
  { beforeInputTokens }: Extract<Change, { kind: 'input-length' }>,
  requests: readonly RequestFact[],
): number {
  const whole = requests.reduce((sum, { usage }) => sum + wholeInputOf(usage), 0);
  return Math.max(0, Math.round(beforeInputTokens - whole / Math.max(1, requests.length)));
}
