import type { SampledRequest } from './day-sample.ts';
import type { Proposal } from './proposal.ts';
import { URGENCY_TAG } from './request-fact.ts';
import { reservationWith } from './request-example.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import type { RateOf, Serve } from './serving.ts';
import { routeText } from './route.ts';
import { isDearerTier } from './tier-order.ts';

/** A route looks like a job if this share of its requests comes within a window of the day. */
const JOB_SHARE = 0.85;
const JOB_HOURS = 3;
const DAY_HOURS = 24;
const HOUR_MS = 3_600_000;
/** Fewer requests a day show no window. */
const LEAST_PER_DAY = 10;
/** A tier that few requests may use is not worth a change. */
const LEAST_DEFERRED_SHARE = 0.02;

const TIERS = [
  {
    kind: 'off-peak',
    tier: 'flex',
    effort: 'low',
    action: 'Send these requests with "serviceTier": "flex"',
    wait: 'seconds to minutes while others are served',
  },
  {
    kind: 'batch',
    tier: 'batch',
    effort: 'medium',
    action: 'Collect these requests and submit them as a batch job',
    wait: 'up to 24 hours for a batch to finish',
  },
  {
    kind: 'off-peak',
    tier: 'standard',
    effort: 'low',
    action: 'Send these requests without "serviceTier": "priority"',
    wait: 'none beyond the usual latency',
  },
] as const;

/**
 * Cheaper service tiers for requests that can wait. What a request said of its urgency decides. Where
 * nothing was said, a route whose work comes in one short window of the day looks like a job: whether
 * it can wait is then a question. Requests that said `interactive` stay as they are.
 */
export function proposeTiers(history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route, days } = history;
  const requests = requestsOf(history);
  const deferred = requests.filter(({ urgency }) => urgency === 'deferred').length;
  const isSaid = deferred >= Math.max(1, requests.length * LEAST_DEFERRED_SHARE);
  if (!isSaid && !looksLikeJob(requests, days.length)) return [];
  const mayWait = ({ urgency }: SampledRequest): boolean =>
    isSaid ? urgency === 'deferred' : urgency !== 'interactive';
  return TIERS.flatMap(({ kind, tier, effort, action, wait }): Proposal[] => {
    const serve: Serve = (request, served) =>
      mayWait(request) && isDearerTier(served.tier, tier) ? { ...served, tier } : served;
    const saving = savingOf(history, serve, rateOf);
    if (!saving) return [];
    return [
      {
        kind,
        lever: 'tier',
        change: { kind: 'tier', route, tier },
        serve,
        saving,
        isQuestion: !isSaid,
        what: isSaid
          ? `Serve what can wait of ${routeText(route)} in the ${tier} tier`
          : `Can ${routeText(route)} wait? Then serve it in the ${tier} tier`,
        basis: isSaid
          ? `${Math.round((100 * deferred) / requests.length)} % of its requests say that they can wait`
          : `its requests come within ${JOB_HOURS} hours of the day, like a job`,
        action,
        request: reservationWith(route, days, { serviceTier: tier, urgency: 'deferred' }),
        effort,
        evidence: {
          mayWaitBecause: isSaid
            ? `"${URGENCY_TAG}": "deferred"`
            : `${Math.round(JOB_SHARE * 100)} % of its requests come within ${JOB_HOURS} hours of the day: ask its owner`,
          waitingCosts: wait,
        },
      },
    ];
  });
}

/** Whether nearly all requests come within the same few hours of the day. */
function looksLikeJob(requests: readonly SampledRequest[], days: number): boolean {
  if (requests.length < LEAST_PER_DAY * days) return false;
  if (requests.some(({ urgency }) => urgency === 'interactive')) return false;
  const byHour = Array.from({ length: DAY_HOURS }, () => 0);
  for (const { atMs } of requests) {
    const hour = Math.floor(atMs / HOUR_MS) % DAY_HOURS;
    byHour[hour] = (byHour[hour] ?? 0) + 1;
  }
  const windows = byHour.map((_, from) =>
    Array.from({ length: JOB_HOURS }, (_item, index) => byHour[(from + index) % DAY_HOURS] ?? 0),
  );
  const most = Math.max(...windows.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  return most >= requests.length * JOB_SHARE;
}
