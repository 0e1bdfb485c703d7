import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  dearestOf,
  type PricedEndpoint,
  priceRanks,
} from '../../domain/routing/dearest-endpoint.ts';
import type { Endpoint, Outcome } from '../../domain/routing/endpoint.ts';
import { UNKNOWN_HEALTH } from '../../domain/routing/judge-pool.ts';
import type { Candidate } from '../../domain/routing/order-endpoints.ts';
import { planEndpoints } from '../../domain/routing/plan-endpoints.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import type { EndpointHealthStore } from '../../tables/endpoint-health.ts';
import { createMemory } from '../memory.ts';
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts';
import { type EndpointRef, refOf } from './endpoint-state.ts';
import { createHealthExchange } from './health-exchange.ts';
import { type Pool, type PoolReaders, readPool, type RoutingWish } from './read-pool.ts';

export type RouterDeps = PoolReaders & {
  /** The region in which this process runs. */
  region: string;
  now: () => number;
  /** From 0 to 1. */
  random: () => number;
  /** Where processes tell each other about the health of endpoints. */
  healthStore: EndpointHealthStore;
  /** Called if that store fails. Calls go on by what this process knows. */
  onError: (error: unknown) => void;
};

/**
 * `endpoints`: at least one, in the order in which to try them. `dearest`: the one among them whose
 * model and region a reservation has to be priced for. Without endpoints: why, and names that
 * resemble an unknown one.
 */
export type EndpointPlan =
  | {
      ok: true;
      endpoints: readonly Endpoint[];
      dearest: Endpoint;
      dearestRegion: string | undefined;
    }
  | Extract<Pool, { ok: false }>;

export type EndpointRouter = ReturnType<typeof createEndpointRouter>;

/** While this process has probed an endpoint so recently, it does not probe it again. */
const PROBE_EVERY_MS = 1_000;
const PROBES_REMEMBERED = 1_000;

/**
 * Says where to send a call, from what this process remembers: it never waits for the health of
 * endpoints. Tell it about each call that is sent: `begin`, then `note`, with the very endpoint that
 * the plan holds. An endpoint of a plan that is not tried needs neither.
 */
export function createEndpointRouter(deps: RouterDeps) {
  const { now, random } = deps;
  const health = createEndpointHealth({ now });
  const exchange = createHealthExchange({ ...deps, health, store: deps.healthStore });
  /** What is known about the endpoints of plans. */
  const plans = new WeakMap<Endpoint, { organizationId: string; isProbe: boolean }>();
  const takesProbe = createProbeLimit(now);
  let turn = 0;

  function planOf(endpoint: Endpoint): { organizationId: string; isProbe: boolean } {
    const plan = plans.get(endpoint);
    if (!plan) throw new Error('the endpoint does not come from a plan of this router');
    return plan;
  }

  return {
    async plan(call: OrganizationCall, wish: RoutingWish): Promise<EndpointPlan> {
      const { organizationId, nowMs } = call;
      const pool = await readPool(deps, call, wish);
      if (!pool.ok) return pool;
      turn += 1;
      for (const owner of ownersOf(organizationId, pool.priced)) exchange.refresh(owner);
      const { order, probe } = planEndpoints(
        candidatesOf(health, organizationId, pool.priced),
        {
          strategy: pool.strategy,
          region: wish.region ?? deps.region,
          severity: wish.severity ?? DEFAULT_SEVERITY,
          sessionKey: wish.sessionKey,
          draw: random(),
          turn,
          nowMs,
        },
        ({ endpoint }) => takesProbe(refOf(organizationId, endpoint)),
      );
      const endpoints = order.map(({ endpoint }) => endpoint);
      for (const endpoint of endpoints) {
        plans.set(endpoint, { organizationId, isProbe: endpoint === probe?.endpoint });
      }
      const dearest = dearestOf(pool.priced.filter(({ endpoint }) => endpoints.includes(endpoint)));
      if (!dearest) throw new Error('a pool has no endpoints');
      return { ok: true, endpoints, dearest, dearestRegion: dearest.region };
    },

    /** A call is being sent to an endpoint. */
    begin(endpoint: Endpoint): void {
      const { organizationId } = planOf(endpoint);
      health.begin(refOf(organizationId, endpoint));
    },

    /** How that call ended. */
    note(endpoint: Endpoint, outcome: Outcome): void {
      const { organizationId, isProbe } = planOf(endpoint);
      health.note(refOf(organizationId, endpoint), outcome, isProbe);
    },

    /**
     * Tells other processes what this one noted, if that is due: at most once per second for each
     * endpoint. Await it after the answer and before the process rests.
     */
    flush: () => exchange.flush(),
  };
}

const ownersOf = (organizationId: string, priced: readonly PricedEndpoint[]): Set<string> =>
  new Set(priced.map(({ endpoint }) => refOf(organizationId, endpoint).owner));

function candidatesOf(
  health: EndpointHealth,
  organizationId: string,
  priced: readonly PricedEndpoint[],
): Candidate[] {
  const ranks = priceRanks(priced);
  const refs = priced.map(({ endpoint }) => refOf(organizationId, endpoint));
  const healths = health.judge(refs);
  return priced.map(({ endpoint }, at) => ({
    endpoint,
    health: healths[at] ?? UNKNOWN_HEALTH,
    connections: health.connections(refOf(organizationId, endpoint)),
    priceRank: ranks.get(endpoint) ?? 0,
  }));
}

/** Says whether this process may probe an endpoint now, and counts it as a probe if so. */
function createProbeLimit(now: () => number): (ref: EndpointRef) => boolean {
  const probes = createMemory<true>({ most: PROBES_REMEMBERED, keptMs: PROBE_EVERY_MS, now });
  return ({ owner, id }) => {
    const key = `${owner} ${id}`;
    if (probes.get(key)) return false;
    probes.set(key, true);
    return true;
  };
}
