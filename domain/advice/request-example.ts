import { quantiles } from '../series/quantile.ts';
import { wholeInputOf } from '../token-usage.ts';
import type { ApplyRequest } from './recommendation.ts';
import type { Route } from './route.ts';
import { type HistoryDay, requestsOf } from './route-history.ts';

/**
 * A reservation as the route's callers would make it after a change, with the route's median sizes. It
 * is complete: sent as it is, it holds the money of one such request.
 */
export function reservationWith(
  { system, operation, model }: Route,
  days: readonly HistoryDay[],
  changes: Readonly<Record<string, unknown>>,
): ApplyRequest {
  const requests = requestsOf({ days });
  const [inputTokens = 1] = quantiles(
    requests.map(({ usage }) => wholeInputOf(usage)),
    [0.5],
  );
  return {
    method: 'POST',
    path: '/v1/reservations',
    body: {
      system,
      ...(operation === undefined ? {} : { operation }),
      userId: 'user-of-this-request',
      model,
      inputTokens: Math.round(inputTokens),
      ...changes,
    },
  };
}
