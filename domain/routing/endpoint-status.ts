import { type BreakerPhase, phaseOf, recentTally, type TripCause } from './breaker.ts';
import type { Endpoint } from './endpoint.ts';
import type { Health } from './judge-pool.ts';
import { meanFirstTokenMsOf, meanLatencyMsOf, successShareOf } from './tally.ts';

/** How an endpoint does, for people. Means and shares are of the last half minute. */
export type EndpointStatus = Pick<Endpoint, 'provider' | 'upstreamModel' | 'region'> & {
  state: BreakerPhase;
  /** Why its breaker opened last, and when it opened or closed last; absent if it never opened. */
  cause?: TripCause | undefined;
  sinceMs?: number | undefined;
  probesFromMs?: number | undefined;
  successShare?: number | undefined;
  latencyMs?: number | undefined;
  firstTokenMs?: number | undefined;
};

export function statusOf(
  endpoint: Pick<Endpoint, 'provider' | 'upstreamModel' | 'region'>,
  { slots, breaker }: Health,
  nowMs: number,
): EndpointStatus {
  const tally = recentTally(slots, { ...breaker, sinceMs: 0 }, nowMs);
  const hasOpened = breaker.trips > 0;
  return {
    ...endpoint,
    state: phaseOf(breaker, nowMs),
    cause: breaker.cause,
    sinceMs: hasOpened ? breaker.sinceMs : undefined,
    probesFromMs: breaker.state === 'open' ? breaker.probeAtMs : undefined,
    successShare: successShareOf(tally),
    latencyMs: meanLatencyMsOf(tally),
    firstTokenMs: meanFirstTokenMsOf(tally),
  };
}
