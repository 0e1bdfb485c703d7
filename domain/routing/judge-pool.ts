import {
  type Breaker,
  failureOf,
  NEVER_OPEN,
  opened,
  recentTally,
  type TripCause,
} from './breaker.ts';
import {
  callsIn,
  meanLatencyMsOf,
  type Slots,
  successShareOf,
  sumOf,
  type Tally,
} from './tally.ts';

/** What is known about one endpoint. */
export type Health = { slots: Slots; breaker: Breaker };

export const UNKNOWN_HEALTH: Health = { slots: new Map(), breaker: NEVER_OPEN };

/** Endpoints are compared only if they served this many calls in the window, and so did the rest. */
const LEAST_CALLS = 20;
/** An outlier's success share is lower than the rest's by more than this. */
const OUTLIER_GAP = 0.2;
/** A slow endpoint takes more than this many times as long as the rest. */
const SLOW_FACTOR = 3;

/**
 * Decides which closed breakers of a pool have to open, by what each endpoint did lately and how the
 * rest of the pool did meanwhile (outlier ejection, as service meshes do it).
 * @returns the breakers that change, by endpoint id
 */
export function judgePool(
  pool: ReadonlyMap<string, Health>,
  nowMs: number,
): ReadonlyMap<string, Breaker> {
  const recent = new Map(
    [...pool].map(([id, { slots, breaker }]) => [id, recentTally(slots, breaker, nowMs)]),
  );
  const changes = new Map<string, Breaker>();
  for (const [id, { slots, breaker }] of pool) {
    if (breaker.state === 'open') continue;
    const rest = [...recent].flatMap(([other, tally]) => (other === id ? [] : [tally]));
    const cause = failureOf(slots, breaker, nowMs) ?? comparedWith(rest, recent.get(id));
    if (cause !== undefined) changes.set(id, opened(breaker, cause, nowMs));
  }
  return changes;
}

/** Why an endpoint stands out from the rest of its pool. */
function comparedWith(rest: readonly Tally[], tally: Tally | undefined): TripCause | undefined {
  const others = sumOf(rest);
  if (!tally || callsIn(tally) < LEAST_CALLS || callsIn(others) < LEAST_CALLS) return undefined;
  const gap = (successShareOf(others) ?? 0) - (successShareOf(tally) ?? 0);
  if (gap > OUTLIER_GAP) return 'outlier';
  const [own, usual] = [meanLatencyMsOf(tally), meanLatencyMsOf(others)];
  return own !== undefined && usual !== undefined && own > usual * SLOW_FACTOR ? 'slow' : undefined;
}
