import type { Rate } from './token-bucket.ts';

/**
 * The class of a route: `spend` for calls around every AI request, `read` for queries, `change` for
 * configuration.
 */
export type RouteClass = 'spend' | 'read' | 'change';

/** Requests per second around AI requests for a credential without its own limit. */
export const DEFAULT_REQUESTS_PER_SECOND = 200;

/** Default limits of one credential, far above any legitimate load. */
const RATES: Readonly<Record<RouteClass, Rate>> = {
  spend: { perSecond: DEFAULT_REQUESTS_PER_SECOND, burst: 400 },
  read: { perSecond: 200, burst: 400 },
  change: { perSecond: 100, burst: 500 },
};

/** A process takes at most a quarter second's worth of tokens from the store at once. */
const LEASES_PER_SECOND = 4;
const MOST_LEASED = 50;

/** @param requestsPerSecond the credential's own limit, for each class of routes */
export const rateOf = (routeClass: RouteClass, requestsPerSecond: number | undefined): Rate =>
  requestsPerSecond === undefined
    ? RATES[routeClass]
    : { perSecond: requestsPerSecond, burst: 2 * requestsPerSecond };

export const leaseSizeOf = ({ perSecond }: Rate): number =>
  Math.min(MOST_LEASED, Math.max(1, Math.floor(perSecond / LEASES_PER_SECOND)));

/**
 * What a process admits without asking the store: a hundredth of the rate, so that occasional
 * callers cost no write.
 */
export const pocketOf = ({ perSecond, burst }: Rate): Rate => ({
  perSecond: Math.floor(perSecond / 100),
  burst: Math.floor(burst / 20),
});

/**
 * Routes that the role `caller` can write to are those around AI requests. Other writes are
 * configuration.
 */
export const routeClassOf = (method: string, roles: readonly string[] | 'public'): RouteClass =>
  method === 'GET' ? 'read' : roles.includes('caller') ? 'spend' : 'change';
