import { wholeInputOf } from '../token-usage.ts';
import { formatUsd } from '../money.ts';
import { median } from '../series/robust.ts';
import { dayOf } from '../reporting/aggregates.ts';
import { LEAST_DAYS, LEAST_REQUESTS } from './confidence.ts';
import { counterfactual, type RateOf } from './counterfactual.ts';
import { identified, type Recommendation, routeTarget, routeText } from './recommendation.ts';
import { type RequestFact, type RouteUsage, type UsageSample } from './usage-sample.ts';

/** Prompts longer than their baseline by this factor are far above it. */
const FAR_ABOVE = 1.3;
const FAR_ABOVE_SIBLINGS = 2;
const LEAST_EXTRA_TOKENS = 50;

type Comparison = {
  with: 'its own history' | 'other systems';
  usualTokens: number;
  ownTokens: number;
};

/**
 * Advises on routes whose prompts grew far above their earlier length on every recent day, or are
 * far above those of other systems that do the same with the same model. The saving assumes that
 * each recent prompt shrinks in proportion.
 */
export function advisePromptLength(
  sample: UsageSample,
  { route, requests }: RouteUsage,
  siblings: readonly RouteUsage[],
  rateOf: RateOf,
): Recommendation[] {
  const days = daysOf(requests);
  const newerDays = days.slice(-Math.floor(days.length / 2));
  const newer = newerDays.flatMap((day) => day.requests);
  const comparison = ownHistory(days, newerDays) ?? otherSystems(requests, siblings);
  if (!comparison) return [];
  const { usualTokens, ownTokens } = comparison;
  const judged = comparison.with === 'its own history' ? newer : requests;
  const change = counterfactual(
    {
      sample,
      requests: judged,
      isAssumed: comparison.with === 'other systems',
      standsFor: requests.length,
    },
    rateOf,
    ({ usage }) => {
      const whole = wholeInputOf(usage);
      const cut = Math.min(usage.inputTokens, Math.floor(whole * (1 - usualTokens / ownTokens)));
      return { usage: { ...usage, inputTokens: usage.inputTokens - cut } };
    },
  );
  if (!change) return [];
  const scope = { scope: 'system' as const, scopeId: route.system };
  const kind = 'prompt-length';
  const target = routeTarget(route);
  return [
    {
      ...identified({ kind, scope, target }),
      title: `Shorten the prompts of ${routeText(route)}`,
      action: `Bring prompts from ${Math.round(ownTokens)} back to about ${Math.round(usualTokens)} tokens: check what was added to their template or context`,
      change: {
        kind: 'input-length',
        route,
        beforeInputTokens: Math.round(ownTokens),
        toInputTokens: Math.round(usualTokens),
      },
      savingNanoUsdPerMonth: change.savingNanoUsdPerMonth,
      effort: 'medium',
      confidence: change.confidence,
      evidence: {
        costNowUsd: formatUsd(change.nowNanoUsd),
        costThenUsd: formatUsd(change.thenNanoUsd),
        comparedWith: comparison.with,
        inputTokensPerRequest: Math.round(ownTokens),
        usualInputTokensPerRequest: Math.round(usualTokens),
      },
      before: change.before,
    },
  ];
}

type Day = { requests: RequestFact[]; meanTokens: number };

function daysOf(requests: readonly RequestFact[]): Day[] {
  const byDay = Map.groupBy(requests, ({ atMs }) => dayOf(atMs));
  return [...byDay.values()].map((dayRequests) => ({
    requests: dayRequests,
    meanTokens: meanInput(dayRequests),
  }));
}

function ownHistory(days: readonly Day[], newer: readonly Day[]): Comparison | undefined {
  const older = days.slice(0, days.length - newer.length);
  if (older.length < LEAST_DAYS || newer.length < LEAST_DAYS) return undefined;
  const usualTokens = median(older.map(({ meanTokens }) => meanTokens));
  const most = Math.max(...older.map(({ meanTokens }) => meanTokens));
  const ownTokens = meanInput(newer.flatMap(({ requests }) => requests));
  const isFar =
    ownTokens >= usualTokens * FAR_ABOVE &&
    ownTokens - usualTokens >= LEAST_EXTRA_TOKENS &&
    newer.every(({ meanTokens }) => meanTokens > most);
  return isFar ? { with: 'its own history', usualTokens, ownTokens } : undefined;
}

function otherSystems(
  requests: readonly RequestFact[],
  siblings: readonly RouteUsage[],
): Comparison | undefined {
  const means = siblings
    .filter((sibling) => sibling.requests.length >= LEAST_REQUESTS)
    .map((sibling) => meanInput(sibling.requests));
  if (means.length === 0) return undefined;
  const usualTokens = median(means);
  const ownTokens = meanInput(requests);
  const isFar =
    ownTokens >= usualTokens * FAR_ABOVE_SIBLINGS && ownTokens - usualTokens >= LEAST_EXTRA_TOKENS;
  return isFar ? { with: 'other systems', usualTokens, ownTokens } : undefined;
}

const meanInput = (requests: readonly RequestFact[]): number =>
  requests.reduce((sum, { usage }) => sum + wholeInputOf(usage), 0) / requests.length;
