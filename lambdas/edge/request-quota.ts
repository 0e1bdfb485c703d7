import { ProblemError } from '../../contracts/problem.ts';
import type { Route } from '../../contracts/route.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { routeClassOf } from '../../domain/quotas/quota.ts';
import type { QuotaKeeper } from '../../services/quotas/quota-keeper.ts';

/**
 * Counts a request against its caller's quota.
 * @returns the headers `ratelimit-policy` and `ratelimit` (draft-ietf-httpapi-ratelimit-headers)
 * @throws ProblemError `rate-limited`, with the seconds to wait
 */
export async function admitRequest(
  quotas: QuotaKeeper,
  caller: Caller,
  { method, roles }: Pick<Route, 'method' | 'roles'>,
): Promise<Record<string, string>> {
  const routeClass = routeClassOf(method, roles);
  const { rate, remaining, refused } = await quotas.admit(caller, routeClass);
  const { perSecond, burst } = rate;
  const windowS = Math.max(1, Math.ceil(burst / perSecond));
  const waitS = refused ? Math.max(1, Math.ceil(refused.afterMs / 1_000)) : windowS;
  const headers = {
    'ratelimit-policy': `"${routeClass}";q=${burst};w=${windowS}`,
    ratelimit: `"${routeClass}";r=${remaining};t=${waitS}`,
  };
  if (!refused) return headers;
  throw new ProblemError('rate-limited', `${WHY[refused.because]}. Retry in ${waitS} s.`, {
    extra: { routeClass, limitPerSecond: perSecond, retryAfterSeconds: waitS },
    headers: { ...headers, 'retry-after': String(waitS), 'x-should-retry': 'true' },
  });
}

const WHY = {
  credential: 'Your credentials have used up their request quota for now',
  organization: "Your organization has used up its share of this deployment's capacity for now",
};
