import { callsIn, failuresIn, type Slots, type Tally, windowOf } from './tally.ts';

/**
 * Why an endpoint is left out. `failing` and `throttled`: most of its calls fail. `outlier` and
 * `slow`: it does clearly worse than the rest of its pool.
 */
export const TRIP_CAUSES = ['failing', 'throttled', 'outlier', 'slow'] as const;
export type TripCause = (typeof TRIP_CAUSES)[number];

/**
 * A circuit breaker (M. Nygard, Release It!, 2007): closed, it lets calls through; open, none until
 * `probeAtMs`, and then single probes (half-open) until enough of them succeeded.
 */
export type Breaker = {
  state: 'closed' | 'open';
  /** When it was opened or closed last. */
  sinceMs: number;
  /** When anything here changed last; of two, the later one is right. */
  changedAtMs: number;
  /** How often it opened in a row; each time it stays open longer. */
  trips: number;
  /** Why it opened last; absent if it never did. */
  cause?: TripCause | undefined;
  /** Successful probes since it opened. */
  passes: number;
  /** Open: when probes may begin. */
  probeAtMs: number;
};

/** The breaker of an endpoint that never failed. */
export const NEVER_OPEN: Breaker = {
  state: 'closed',
  sinceMs: 0,
  changedAtMs: 0,
  trips: 0,
  passes: 0,
  probeAtMs: 0,
};

/** Many calls say within seconds that an endpoint fails; few calls need longer. */
const SHORT_WINDOW_MS = 6_000;
export const WINDOW_MS = 30_000;

const LEAST_FAILURES = 5;
const FAILING_SHARE = 0.5;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
const PASSES_TO_CLOSE = 3;
/** A breaker that stayed closed this long starts again with the shortest pause. */
const FORGIVEN_AFTER_MS = 300_000;
/** How long it takes after closing until an endpoint gets its whole share of calls again. */
const RAMP_MS = 20_000;
const LEAST_RAMP_SHARE = 0.1;

export type BreakerPhase = 'closed' | 'open' | 'half-open';

export function phaseOf({ state, probeAtMs }: Breaker, nowMs: number): BreakerPhase {
  if (state === 'closed') return 'closed';
  return nowMs < probeAtMs ? 'open' : 'half-open';
}

/**
 * The part of its calls that an endpoint gets: less than 1 for a while after its breaker closed, so
 * that the calls that went elsewhere do not all come back at once.
 */
export function rampShareOf({ trips, sinceMs }: Breaker, nowMs: number): number {
  if (trips === 0) return 1;
  return Math.min(Math.max((nowMs - sinceMs) / RAMP_MS, LEAST_RAMP_SHARE), 1);
}

/** What an endpoint did lately, not counting what came before its breaker closed. */
export const recentTally = (slots: Slots, { sinceMs }: Breaker, nowMs: number): Tally =>
  windowOf(slots, Math.max(sinceMs, nowMs - WINDOW_MS), nowMs);

/** Why a closed breaker has to open: most calls of the last seconds, or of the whole window, failed. */
export function failureOf(
  slots: Slots,
  { sinceMs }: Breaker,
  nowMs: number,
): TripCause | undefined {
  for (const lengthMs of [SHORT_WINDOW_MS, WINDOW_MS]) {
    const tally = windowOf(slots, Math.max(sinceMs, nowMs - lengthMs), nowMs);
    const failures = failuresIn(tally);
    if (failures >= LEAST_FAILURES && failures >= callsIn(tally) * FAILING_SHARE) {
      return tally.throttled * 2 > failures ? 'throttled' : 'failing';
    }
  }
  return undefined;
}

/** The breaker, open. Each time in a row it waits twice as long for the first probe. */
export function opened(breaker: Breaker, cause: TripCause, nowMs: number): Breaker {
  const isForgiven = breaker.state === 'closed' && nowMs - breaker.sinceMs > FORGIVEN_AFTER_MS;
  const trips = isForgiven ? 1 : breaker.trips + 1;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (trips - 1), LONGEST_PAUSE_MS);
  return {
    state: 'open',
    sinceMs: breaker.state === 'open' ? breaker.sinceMs : nowMs,
    changedAtMs: nowMs,
    trips,
    cause,
    passes: 0,
    probeAtMs: nowMs + pauseMs,
  };
}

/** The breaker after a probe. One failure opens it again; enough successes close it. */
export function afterProbe(breaker: Breaker, isGood: boolean, nowMs: number): Breaker {
  if (!isGood) return opened(breaker, breaker.cause ?? 'failing', nowMs);
  const passes = breaker.passes + 1;
  if (passes < PASSES_TO_CLOSE) return { ...breaker, passes, changedAtMs: nowMs };
  return { ...breaker, state: 'closed', sinceMs: nowMs, changedAtMs: nowMs, passes };
}

/** The one that knows more. Processes exchange breakers and keep the later one. */
export const laterOf = (one: Breaker, other: Breaker): Breaker =>
  other.changedAtMs > one.changedAtMs ? other : one;
