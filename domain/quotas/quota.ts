import type { Rate } from './token-bucket.ts';

/**
 * What a request asks of the deployment: `spend` are the calls around every AI request, `read` are
 * questions, and `change` sets something up.
 */
export type RouteClass = 'spend' | 'read' | 'change';

/** What a credential without a limit of its own may send in a second around AI requests. */
export const DEFAULT_REQUESTS_PER_SECOND = 200;

/** What one credential may do unless its own limit says otherwise: far more than an honest load. */
const RATES: Readonly<Record<RouteClass, Rate>> = {
  spend: { perSecond: DEFAULT_REQUESTS_PER_SECOND, burst: 400 },
  read: { perSecond: 200, burst: 400 },
  change: { perSecond: 100, burst: 500 },
};

/** A process asks the store for at most a quarter of a second's worth of tokens at once. */
const LEASES_PER_SECOND = 4;
const MOST_LEASED = 50;

/** @param requestsPerSecond the limit of the credential itself, in each class of routes */
export const rateOf = (routeClass: RouteClass, requestsPerSecond: number | undefined): Rate =>
  requestsPerSecond === undefined
    ? RATES[routeClass]
    : { perSecond: requestsPerSecond, burst: 2 * requestsPerSecond };

export const leaseSizeOf = ({ perSecond }: Rate): number =>
  Math.min(MOST_LEASED, Math.max(1, Math.floor(perSecond / LEASES_PER_SECOND)));

/**
 * What a process admits without asking the store: a hundredth of the rate, so that callers who come
 * now and then cost no write.
 */
export const pocketOf = ({ perSecond, burst }: Rate): Rate => ({
  perSecond: Math.floor(perSecond / 100),
  burst: Math.floor(burst / 20),
});

/** Routes that callers write to are those around AI requests; others write to set something up. */
export const routeClassOf = (method: string, roles: readonly string[] | 'public'): RouteClass =>
  method === 'GET' ? 'read' : roles.includes('caller') ? 'spend' : 'change';
