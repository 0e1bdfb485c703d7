import { callsIn, differenceOf, failuresIn, sumOf } from '../../domain/routing/tally.ts';
import type { EndpointHealthStore } from '../../tables/endpoint-health.ts';
import { createMemory } from '../memory.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { EndpointState } from './endpoint-state.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { laterOf } from '../../domain/routing/breaker.ts';

/** How old what others counted may be. */
const READ_EVERY_MS = 2_000;
/** Bad news goes out sooner than good news. */
const WRITE_FAILURES_EVERY_MS = 1_000;
const WRITE_EVERY_MS = 5_000;
const WRITES_AT_ONCE = 8;
const OWNERS_REMEMBERED = 1_000;

export type ExchangeDeps = {
  health: EndpointHealth;
  store: EndpointHealthStore;
  now: () => number;
  /** Called if the store fails. What was counted is written later, and calls go on meanwhile. */
  onError: (error: unknown) => void;
};

/**
 * Tells other processes about the health of endpoints, and learns from them. Reading never makes a
 * call wait; writing happens between calls.
 */
export function createHealthExchange({ health, store, now, onError }: ExchangeDeps) {
  /** When what others counted was last read, and when that was last tried. */
  const readAtMs = createMemory<number>({ most: OWNERS_REMEMBERED });
  const triedAtMs = createMemory<number>({ most: OWNERS_REMEMBERED });
  const wroteAtMs = new WeakMap<EndpointState, number>();
  const reading = new Map<string, Promise<void>>();

  async function read(owner: string): Promise<void> {
    const nowMs = now();
    const { counts, breakers } = await store.read(owner, readAtMs.get(owner) ?? 0, nowMs);
    readAtMs.set(owner, nowMs);
    for (const { id, slot, tally } of counts) {
      health.stateOf({ owner, id }).shared.set(slot, tally);
    }
    for (const { id, breaker } of breakers) {
      const state = health.stateOf({ owner, id });
      state.breaker = laterOf(state.breaker, breaker);
    }
  }

  function isDue(state: EndpointState): boolean {
    const isBad = state.isBreakerNews || failuresIn(sumOf(state.pending.values())) > 0;
    const everyMs = isBad ? WRITE_FAILURES_EVERY_MS : WRITE_EVERY_MS;
    return now() - (wroteAtMs.get(state) ?? 0) >= everyMs;
  }

  async function write(state: EndpointState): Promise<void> {
    wroteAtMs.set(state, now());
    const { ref, pending, breaker } = state;
    if (state.isBreakerNews) {
      await store.setBreaker(ref, breaker, now());
      state.isBreakerNews = state.breaker !== breaker;
    }
    for (const [slot, tally] of pending) {
      const all = await store.add(ref, slot, tally, now());
      state.shared.set(slot, all);
      // Calls may have ended meanwhile.
      const rest = differenceOf(pending.get(slot) ?? tally, tally);
      if (callsIn(rest) > 0) pending.set(slot, rest);
      else pending.delete(slot);
    }
    if (pending.size === 0 && !state.isBreakerNews) health.news.delete(state);
  }

  return {
    /** Starts to read what others counted, if that is due. */
    refresh(owner: string): void {
      if (reading.has(owner) || now() - (triedAtMs.get(owner) ?? 0) < READ_EVERY_MS) return;
      triedAtMs.set(owner, now());
      reading.set(
        owner,
        read(owner)
          .catch(onError)
          .finally(() => reading.delete(owner)),
      );
    },

    /** Writes what is due. */
    async flush(): Promise<void> {
      await mapConcurrently([...health.news].filter(isDue), WRITES_AT_ONCE, (state) =>
        write(state).catch(onError),
      );
    },
  };
}
