import { textHash } from '../text-hash.ts';
import { phaseOf, rampShareOf, recentTally, WINDOW_MS } from './breaker.ts';
import { endpointId } from './endpoint.ts';
import { type Candidate, orderEndpoints, type Ordering } from './order-endpoints.ts';
import { callsIn, SLOT_MS, sumOf, successShareOf } from './tally.ts';

/** How many endpoints a call may try. */
const MOST_ATTEMPTS = 3;
/** Probes of an endpoint that all processes together make per second, on average. */
const PROBES_PER_SECOND = 1;

export type Plan = {
  /** In the order in which to try them; empty only if there are no candidates. */
  order: readonly Candidate[];
  /** The first of them, if this call probes whether it works again. */
  probe?: Candidate | undefined;
};

/**
 * Which endpoints a call tries. Those with an open breaker get no calls; those that only do worse
 * than others are left out as long as they are at most half of the pool. Where a breaker may be
 * probed, a small random part of all calls tries it first: each process decides alone, and
 * together they make about one probe per second, however many they are. If no endpoint is left, the
 * call goes to the one that can be probed next, because refusing every call helps nobody.
 */
export function planEndpoints(
  pool: readonly Candidate[],
  ordering: Ordering,
  mayProbe: (candidate: Candidate) => boolean = () => true,
): Plan {
  const { nowMs, severity } = ordering;
  const isClosed = ({ health }: Candidate): boolean => phaseOf(health.breaker, nowMs) === 'closed';
  const usable = [...pool.filter(isClosed), ...readmitted(pool, nowMs)];
  if (usable.length === 0) return { order: soonestOf(pool) };
  const isBack = usable.filter((candidate) => isInRamp(candidate, ordering));
  const steady = usable.filter((candidate) => !isBack.includes(candidate));
  const order = [...orderEndpoints(steady, ordering), ...orderEndpoints(isBack, ordering)];
  const probe =
    severity !== 'critical' && ordering.draw < probeShareOf(pool, nowMs)
      ? pool.find(
          (candidate) =>
            phaseOf(candidate.health.breaker, nowMs) === 'half-open' &&
            !usable.includes(candidate) &&
            mayProbe(candidate),
        )
      : undefined;
  return { order: [...(probe ? [probe] : []), ...order].slice(0, MOST_ATTEMPTS), probe };
}

/**
 * Open endpoints that get calls nevertheless: if more than half of the pool is left out, those come
 * back that answer best, unless they fail most calls.
 */
function readmitted(pool: readonly Candidate[], nowMs: number): Candidate[] {
  const out = pool.filter(({ health }) => health.breaker.state === 'open');
  const tooMany = out.length - Math.floor(pool.length / 2);
  if (tooMany <= 0) return [];
  const shareOf = ({ health: { slots, breaker } }: Candidate): number =>
    successShareOf(recentTally(slots, { ...breaker, sinceMs: 0 }, nowMs)) ?? 1;
  return out
    .filter(({ health }) => health.breaker.cause !== 'failing')
    .toSorted((left, right) => shareOf(right) - shareOf(left))
    .slice(0, tooMany);
}

/** Whether this call is one of those that an endpoint does not get back yet. */
function isInRamp({ endpoint, health }: Candidate, { sessionKey, draw, nowMs }: Ordering): boolean {
  const share = rampShareOf(health.breaker, nowMs);
  if (share === 1) return false;
  const place =
    sessionKey === undefined
      ? draw
      : textHash(`ramp#${sessionKey}#${endpointId(endpoint)}`) / 2 ** 32;
  return place >= share;
}

/** The part of a pool's calls that probe, by how many calls all processes make. */
function probeShareOf(pool: readonly Candidate[], nowMs: number): number {
  const bySlot = new Map<number, number>();
  for (const { health } of pool) {
    for (const [slot, tally] of health.slots) {
      if (slot * SLOT_MS < nowMs - WINDOW_MS) continue;
      bySlot.set(slot, (bySlot.get(slot) ?? 0) + callsIn(sumOf([tally])));
    }
  }
  const callsPerSecond = Math.max(0, ...bySlot.values()) / (SLOT_MS / 1_000);
  return callsPerSecond === 0 ? 1 : Math.min(PROBES_PER_SECOND / callsPerSecond, 1);
}

const soonestOf = (pool: readonly Candidate[]): readonly Candidate[] =>
  pool
    .toSorted((left, right) => left.health.breaker.probeAtMs - right.health.breaker.probeAtMs)
    .slice(0, 1);
