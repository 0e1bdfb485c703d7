import { formatUsd } from '../money.ts';
import { counterfactual, type RateOf } from './counterfactual.ts';
import { identified, type Recommendation, routeTarget, routeText } from './recommendation.ts';
import { PROMPT_HASH_TAG, type RouteUsage, type UsageSample } from './usage-sample.ts';

const KEPT_MS = 24 * 3_600_000;
/** With fewer repeats, a cache would mostly miss. */
const LEAST_REPEATING_SHARE = 0.05;

/**
 * Whether to cache a route's answers, judged by what its exact repeats within a day cost. Repeats
 * are only known if callers tag requests with a hash of the prompt.
 */
export function adviseResponseCache(
  sample: UsageSample,
  { route, requests }: RouteUsage,
  rateOf: RateOf,
): Recommendation[] {
  const answeredAtMs = new Map<string, number>();
  const repeats = new Set(
    requests.filter(({ promptHash, atMs }) => {
      if (promptHash === undefined) return false;
      const before = answeredAtMs.get(promptHash);
      const isKept = before !== undefined && atMs - before <= KEPT_MS;
      if (!isKept) answeredAtMs.set(promptHash, atMs);
      return isKept;
    }),
  );
  if (repeats.size < requests.length * LEAST_REPEATING_SHARE) return [];
  const change = counterfactual({ sample, requests }, rateOf, (request) =>
    repeats.has(request) ? 'not-made' : {},
  );
  if (!change) return [];
  const scope = { scope: 'system' as const, scopeId: route.system };
  const kind = 'cache';
  const target = `response/${routeTarget(route)}`;
  return [
    {
      ...identified({ kind, scope, target }),
      title: `Cache answers of ${routeText(route)} for a day`,
      action: `Answer a request from a cache if its "${PROMPT_HASH_TAG}" was seen within 24 hours`,
      change: { kind: 'response-cache', route },
      savingNanoUsdPerMonth: change.savingNanoUsdPerMonth,
      effort: 'medium',
      confidence: change.confidence,
      evidence: {
        costNowUsd: formatUsd(change.nowNanoUsd),
        costThenUsd: formatUsd(change.thenNanoUsd),
        repeats: repeats.size,
        assumption: 'a repeated prompt may get the answer of the first one',
      },
      before: change.before,
    },
  ];
}
