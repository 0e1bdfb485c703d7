import { formatUsd } from '../money.ts';
import { dayOf, hourOf } from '../reporting/aggregates.ts';
import { LEAST_REQUESTS } from './confidence.ts';
import { counterfactual, type RateOf } from './counterfactual.ts';
import { identified, type Recommendation, routeTarget, routeText } from './recommendation.ts';
import {
  type RequestFact,
  type RouteUsage,
  URGENCY_TAG,
  type UsageSample,
} from './usage-sample.ts';

/** A route looks like a job if its busiest hour accounts for this share of each day. */
const JOB_LIKE_SHARE = 0.8;

const TIERS = [
  {
    kind: 'batch',
    tier: 'batch',
    effort: 'medium',
    action: 'Collect these requests and submit them as a batch job; answers arrive within 24 hours',
  },
  {
    kind: 'off-peak',
    tier: 'flex',
    effort: 'low',
    action: 'Send these requests with "serviceTier": "flex"; they wait while others are served',
  },
] as const;

/**
 * What deferrable requests would cost in the batch and flex tiers, if the model has them. Tagged
 * requests are known to be deferrable. A route whose daily work falls into one hour looks like a
 * job; that is a guess, and the advice says so.
 */
export function adviseDeferring(
  sample: UsageSample,
  { route, requests }: RouteUsage,
  rateOf: RateOf,
): Recommendation[] {
  const tagged = requests.filter(({ isDeferrable }) => isDeferrable);
  const isTagged = tagged.length >= LEAST_REQUESTS;
  if (!isTagged && !looksLikeJob(requests)) return [];
  const deferrable = isTagged ? tagged : requests;
  return TIERS.flatMap(({ kind, tier, effort, action }): Recommendation[] => {
    const change = counterfactual(
      { sample, requests: deferrable, isAssumed: !isTagged },
      rateOf,
      ({ model, region }) => {
        const rate = rateOf({ model, region, tier });
        return rate && { rate };
      },
    );
    if (!change) return [];
    const scope = { scope: 'system' as const, scopeId: route.system };
    const target = routeTarget(route);
    return [
      {
        ...identified({ kind, scope, target }),
        title: `Serve ${routeText(route)} in the ${tier} tier`,
        action,
        change: { kind: 'tier', route, tier },
        savingNanoUsdPerMonth: change.savingNanoUsdPerMonth,
        effort,
        confidence: change.confidence,
        evidence: {
          costNowUsd: formatUsd(change.nowNanoUsd),
          costThenUsd: formatUsd(change.thenNanoUsd),
          mayWaitBecause: isTagged
            ? `tagged "${URGENCY_TAG}": "deferred"`
            : "most of each day's requests fall in one hour, like a job: this is a guess, so ask its owner",
        },
        before: change.before,
      },
    ];
  });
}

function looksLikeJob(requests: readonly RequestFact[]): boolean {
  const days = Map.groupBy(requests, ({ atMs }) => dayOf(atMs));
  return [...days.values()].every((day) => {
    const hours = Map.groupBy(day, ({ atMs }) => hourOf(atMs));
    const busiest = Math.max(...[...hours.values()].map(({ length }) => length));
    return day.length > 1 && busiest >= day.length * JOB_LIKE_SHARE;
  });
}
