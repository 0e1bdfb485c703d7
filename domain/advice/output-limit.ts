import { formatUsd } from '../money.ts';
import { costOf } from '../pricing/rate.ts';
import { dayOf } from '../reporting/aggregates.ts';
import { quantiles } from '../series/quantile.ts';
import { identified, type Recommendation } from './recommendation.ts';
import { reservationWith } from './request-example.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { routeTarget, routeText } from './route.ts';
import type { RateOf } from './serving.ts';

/** A maximum this many times the longest observed answer has no effect. */
const FAR_ABOVE = 4;
const ROOM = 1.5;
const LEAST_REQUESTS = 100;
const LEAST_DAYS = 3;

/**
 * Advises on routes that allow far longer answers than they ever got. The requested maximum decides
 * the worst-case cost of a request. The advice saves nothing, because answers are billed by their
 * actual length.
 */
export function adviseOutputLimit(history: RouteHistory, rateOf: RateOf): Recommendation[] {
  const { route } = history;
  const limited = requestsOf(history).filter(
    ({ maxOutputTokens }) => maxOutputTokens !== undefined,
  );
  const days = new Set(limited.map(({ atMs }) => dayOf(atMs))).size;
  if (limited.length < LEAST_REQUESTS || days < LEAST_DAYS) return [];
  const outputs = limited.map(({ usage }) => usage.outputTokens);
  const longest = Math.max(...outputs);
  const [maximum = 0] = quantiles(
    limited.map(({ maxOutputTokens }) => maxOutputTokens ?? 0),
    [0.5],
  );
  const rate = rateOf(route);
  if (!rate || longest === 0 || maximum < longest * FAR_ABOVE) return [];
  const enough = Math.ceil(longest * ROOM);
  const worstAt = (outputTokens: number): string =>
    formatUsd(
      costOf({ inputTokens: 0, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 }, rate),
    );
  const scope = { scope: 'system' as const, scopeId: route.system };
  const kind = 'budget-fit';
  const target = `max-output/${routeTarget(route)}`;
  return [
    {
      ...identified({ kind, scope, target, change: { kind: 'setting' } }),
      title: `Allow ${routeText(route)} at most ${enough} output tokens: its longest answer had ${longest}`,
      action: `Send these requests with "maxOutputTokens": ${enough}`,
      request: reservationWith(route, history.days, { maxOutputTokens: enough }),
      isQuestion: false,
      savingNanoUsdPerMonth: 0n,
      effort: 'low',
      confidence: { level: days >= 7 ? 'high' : 'medium', requests: limited.length, days },
      evidence: {
        longestOutputTokens: longest,
        askedMaxOutputTokens: Math.round(maximum),
        worstOutputCostNowUsd: worstAt(Math.round(maximum)),
        worstOutputCostThenUsd: worstAt(enough),
      },
    },
  ];
}
