import { afterProbe, type Breaker } from '../../domain/routing/breaker.ts';
import type { Outcome } from '../../domain/routing/endpoint.ts';
import { type Health, judgePool, UNKNOWN_HEALTH } from '../../domain/routing/judge-pool.ts';
import { tallyOf } from '../../domain/routing/tally.ts';
import { createMemory } from '../memory.ts';
import {
  connectionsOf,
  count,
  type EndpointRef,
  type EndpointState,
  healthOf,
  newState,
} from './endpoint-state.ts';

const ENDPOINTS_REMEMBERED = 5_000;

export type EndpointHealth = ReturnType<typeof createEndpointHealth>;

/** What this process knows about the health of endpoints. */
export function createEndpointHealth({ now }: { now: () => number }) {
  const states = createMemory<EndpointState>({ most: ENDPOINTS_REMEMBERED });
  /** Endpoints with counts or breakers that other processes do not know yet. */
  const news = new Set<EndpointState>();

  function stateOf(ref: EndpointRef): EndpointState {
    const key = keyOf(ref);
    const state = states.get(key) ?? newState(ref);
    states.set(key, state);
    return state;
  }

  function setBreaker(state: EndpointState, breaker: Breaker): void {
    state.breaker = breaker;
    state.isBreakerNews = true;
    news.add(state);
  }

  return {
    stateOf,
    news,

    begin(ref: EndpointRef): void {
      stateOf(ref).connections += 1;
    },

    /** Counts a call that ended. @param isProbe whether it was to find out if the endpoint works */
    note(ref: EndpointRef, outcome: Outcome, isProbe: boolean): void {
      const state = stateOf(ref);
      state.connections = Math.max(state.connections - 1, 0);
      if (outcome.kind !== 'refused') {
        count(state, tallyOf(outcome), now());
        news.add(state);
      }
      if (isProbe && state.breaker.state === 'open') {
        const isGood = outcome.kind === 'ok' || outcome.kind === 'refused';
        setBreaker(state, afterProbe(state.breaker, isGood, now()));
      }
    },

    /** The health of each endpoint of a pool, in their order. Opens breakers of those that fail. */
    judge(refs: readonly EndpointRef[]): readonly Health[] {
      const nowMs = now();
      const pool = new Map(refs.map((ref) => [keyOf(ref), healthOf(stateOf(ref), nowMs)]));
      for (const [key, breaker] of judgePool(pool, nowMs)) {
        const state = states.get(key);
        const health = pool.get(key);
        if (!state || !health) continue;
        setBreaker(state, breaker);
        pool.set(key, { ...health, breaker });
      }
      return refs.map((ref) => pool.get(keyOf(ref)) ?? UNKNOWN_HEALTH);
    },

    connections: (ref: EndpointRef): number => connectionsOf(stateOf(ref), now()),
  };
}

const keyOf = ({ owner, id }: EndpointRef): string => `${owner} ${id}`;
