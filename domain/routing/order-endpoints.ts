import { isAtLeast, type Severity } from '../severity.ts';
import { textHash } from '../text-hash.ts';
import { type Endpoint, endpointId } from './endpoint.ts';
import { recentTally } from './breaker.ts';
import type { Health } from './judge-pool.ts';
import { distanceBetween } from './region-distance.ts';
import { callsIn, meanFirstTokenMsOf, meanLatencyMsOf, successShareOf } from './tally.ts';

/**
 * How calls spread over the endpoints of a pool. `nearest`: the closest region. `round-robin`: each
 * in turn. `least-connections`: the one with the fewest calls in progress. `performance`: the faster
 * and the more reliable, the more calls. `severity`: urgent calls to the best, others to the
 * cheapest.
 */
export const STRATEGIES = [
  'nearest',
  'round-robin',
  'least-connections',
  'performance',
  'severity',
] as const;
export type Strategy = (typeof STRATEGIES)[number];
export const DEFAULT_STRATEGY: Strategy = 'nearest';

/** An endpoint with everything that decides its place. */
export type Candidate = {
  endpoint: Endpoint;
  health: Health;
  /** Calls in progress, as far as known. */
  connections: number;
  /** Its place by price, the cheapest first, from 0; endpoints of the same price share one. */
  priceRank: number;
};

export type Ordering = {
  strategy: Strategy;
  /** Where the call comes from. */
  region?: string | undefined;
  severity: Severity;
  /** Calls with the same key get the same endpoint as long as it is available. */
  sessionKey?: string | undefined;
  /** From 0 to 1, of this call alone. */
  draw: number;
  /** Counts the calls of this process. */
  turn: number;
  nowMs: number;
};

/**
 * The candidates in the order in which to try them. A call of a session goes where its session went
 * before: among equals the order follows from the key alone (rendezvous hashing, Thaler and
 * Ravishankar, 1998; with weights, Schindelhauer and Schomaker, 2005), so that all processes agree
 * without telling each other, and a lost endpoint moves only its own sessions.
 */
export function orderEndpoints(
  candidates: readonly Candidate[],
  ordering: Ordering,
): readonly Candidate[] {
  const { strategy, severity, sessionKey, draw, turn, region, nowMs } = ordering;
  const classes = performanceClasses(candidates, nowMs);
  const isUrgent = isAtLeast(severity, 'high');
  const places = candidates.map((candidate, at) => {
    const performanceClass = classes[at] ?? 0;
    const { endpoint, connections, priceRank } = candidate;
    const tier = {
      nearest: () => distanceBetween(region, endpoint.region),
      'round-robin': () => 0,
      'least-connections': () => 0,
      performance: () => 0,
      severity: () => (isUrgent ? performanceClass : priceRank),
    }[strategy]();
    const weight = strategy === 'performance' ? 2 ** -performanceClass : 1;
    const hashed = rendezvous(sessionKey ?? String(draw), endpointId(endpoint), weight);
    const alone = {
      'round-robin': () =>
        (at - (turn % candidates.length) + candidates.length) % candidates.length,
      'least-connections': () => connections,
    };
    const own =
      sessionKey === undefined && (strategy === 'round-robin' || strategy === 'least-connections')
        ? alone[strategy]()
        : hashed;
    return { candidate, tier, own, hashed };
  });
  return places
    .toSorted((a, b) => a.tier - b.tier || a.own - b.own || a.hashed - b.hashed)
    .map(({ candidate }) => candidate);
}

/** The lowest comes first. Each id is first for a share of keys that follows its weight. */
function rendezvous(key: string, id: string, weight: number): number {
  const uniform = (textHash(`${key}#${id}`) + 0.5) / 2 ** 32;
  return -Math.log(uniform) / weight;
}

const SLOWEST_CLASS = 4;
/** Fewer calls than this say nothing about an endpoint, which then counts among the best. */
const LEAST_CALLS = 5;

/**
 * How much worse each candidate is than the best, in powers of two: 0 is the best, 1 half as good.
 * Good is fast and reliable. The classes are coarse so that sessions do not move with every call.
 */
function performanceClasses(candidates: readonly Candidate[], nowMs: number): number[] {
  const scores = candidates.map(({ health: { slots, breaker } }) => {
    const tally = recentTally(slots, breaker, nowMs);
    const timeMs = meanFirstTokenMsOf(tally) ?? meanLatencyMsOf(tally);
    if (callsIn(tally) < LEAST_CALLS || timeMs === undefined) return undefined;
    return (successShareOf(tally) ?? 1) ** 2 / Math.max(timeMs, 1);
  });
  const best = Math.max(...scores.map((score) => score ?? 0));
  return scores.map((score) =>
    score === undefined || score === 0
      ? 0
      : Math.min(Math.max(Math.round(Math.log2(best / score)), 0), SLOWEST_CLASS),
  );
}
