import { describe, expect, it } from 'vitest';
import { parseUsd } from '../../../domain/money.ts';
import { type Breaker, NEVER_OPEN, type TripCause } from '../../../domain/routing/breaker.ts';
import {
  dearestOf,
  pricedEndpoints,
  priceRanks,
} from '../../../domain/routing/dearest-endpoint.ts';
import type { Endpoint } from '../../../domain/routing/endpoint.ts';
import {
  type Candidate,
  orderEndpoints,
  type Ordering,
  STRATEGIES,
} from '../../../domain/routing/order-endpoints.ts';
import { planEndpoints } from '../../../domain/routing/plan-endpoints.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { slotAt, tallyOf, sumOf, NO_CALLS } from '../../../domain/routing/tally.ts';

const NOW_MS = 1_000_000;
const REGIONS = ['us-east-1', 'us-west-2', 'eu-central-1', 'ap-northeast-1'];

const endpointIn = (region: string, model = 'amazon.nova-pro-v1:0'): Endpoint => ({
  provider: 'bedrock',
  model,
  upstreamModel: model,
  region,
  api: 'converse',
});

const candidateIn = (region: string, changes: Partial<Candidate> = {}): Candidate => ({
  endpoint: endpointIn(region),
  health: { slots: new Map(), breaker: NEVER_OPEN },
  connections: 0,
  priceRank: 0,
  ...changes,
});

const healthAfter = (calls: number, latencyMs: number, breaker: Breaker = NEVER_OPEN) => ({
  slots: new Map([
    [
      slotAt(NOW_MS),
      sumOf(
        Array.from({ length: calls }, () => tallyOf({ kind: 'ok', latencyMs })).concat(NO_CALLS),
      ),
    ],
  ]),
  breaker,
});

const openSince = (
  sinceMs: number,
  cause: TripCause,
  probeAtMs = NOW_MS + 1,
): Candidate['health'] =>
  healthAfter(0, 0, { ...NEVER_OPEN, state: 'open', sinceMs, trips: 1, cause, probeAtMs });

const ordering = (changes: Partial<Ordering> = {}): Ordering => ({
  strategy: 'nearest',
  region: 'us-east-1',
  severity: 'medium',
  draw: 0.5,
  turn: 0,
  nowMs: NOW_MS,
  ...changes,
});

const regionsOf = (order: readonly Candidate[]): (string | undefined)[] =>
  order.map(({ endpoint }) => endpoint.region);

const POOL = REGIONS.map((region) => candidateIn(region));

/** How often each region comes first. */
function firsts(pool: readonly Candidate[], wishes: readonly Partial<Ordering>[]) {
  const counts = new Map<string | undefined, number>();
  for (const wish of wishes) {
    const region = orderEndpoints(pool, ordering(wish))[0]?.endpoint.region;
    counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  return counts;
}

const sessions = (strategy: Ordering['strategy']): Partial<Ordering>[] =>
  Array.from({ length: 2_000 }, (_, at) => ({ strategy, sessionKey: `session-${at}` }));

describe('orderEndpoints', () => {
  it('nearest: by distance from where the call comes from', () => {
    expect(regionsOf(orderEndpoints(POOL, ordering()))).toEqual([
      'us-east-1',
      'us-west-2',
      'eu-central-1',
      'ap-northeast-1',
    ]);
    expect(regionsOf(orderEndpoints(POOL, ordering({ region: 'eu-west-1' })))[0]).toBe(
      'eu-central-1',
    );
  });

  it('round-robin: each in turn', () => {
    const wishes = Array.from({ length: 8 }, (_, turn) => ({
      strategy: 'round-robin' as const,
      turn,
    }));
    expect([...firsts(POOL, wishes).values()]).toEqual([2, 2, 2, 2]);
  });

  it('least-connections: the one with the fewest calls in progress', () => {
    const pool = REGIONS.map((region, at) =>
      candidateIn(region, { connections: [3, 1, 0, 2][at] ?? 0 }),
    );
    expect(regionsOf(orderEndpoints(pool, ordering({ strategy: 'least-connections' })))).toEqual([
      'eu-central-1',
      'us-west-2',
      'ap-northeast-1',
      'us-east-1',
    ]);
  });

  it('performance: calls by speed', () => {
    const pool = [
      candidateIn('us-east-1', { health: healthAfter(10, 100) }),
      candidateIn('us-west-2', { health: healthAfter(10, 400) }),
    ];
    const wishes = Array.from({ length: 5_000 }, (_, at) => ({
      strategy: 'performance' as const,
      draw: (at * 0.618_033_988_75) % 1,
    }));
    const counts = firsts(pool, wishes);
    // The slow one is a quarter as good, so it gets a fifth.
    expect((counts.get('us-west-2') ?? 0) / 5_000).toBeCloseTo(0.2, 1);
  });

  it('severity: urgent calls to the best, others to the cheapest', () => {
    const pool = [
      candidateIn('us-east-1', { health: healthAfter(10, 900), priceRank: 0 }),
      candidateIn('us-west-2', { health: healthAfter(10, 100), priceRank: 1 }),
    ];
    const first = (severity: Ordering['severity']) =>
      regionsOf(orderEndpoints(pool, ordering({ strategy: 'severity', severity })))[0];
    expect(['critical', 'high', 'medium', 'low'].map((each) => first(each as 'low'))).toEqual([
      'us-west-2',
      'us-west-2',
      'us-east-1',
      'us-east-1',
    ]);
  });

  it.each(STRATEGIES)('%s: a session stays where it is', (strategy) => {
    const orders = [0.1, 0.7, 0.9].map((draw, turn) =>
      regionsOf(orderEndpoints(POOL, ordering({ strategy, sessionKey: 'run-1', draw, turn }))),
    );
    expect(new Set(orders.map(String)).size).toBe(1);
  });

  it('spreads sessions evenly, and a lost endpoint moves only its own', () => {
    const counts = firsts(POOL, sessions('round-robin'));
    for (const count of counts.values()) expect(count).toBeGreaterThan(400);
    const rest = POOL.filter(({ endpoint }) => endpoint.region !== 'us-west-2');
    for (const wish of sessions('round-robin')) {
      const [before] = regionsOf(orderEndpoints(POOL, ordering(wish)));
      if (before === 'us-west-2') continue;
      expect(regionsOf(orderEndpoints(rest, ordering(wish)))[0]).toBe(before);
    }
  });
});

describe('planEndpoints', () => {
  const poolWith = (healths: Record<string, Candidate['health']>): Candidate[] => {
    const known = new Map(Object.entries(healths));
    return REGIONS.map((region) => {
      const health = known.get(region);
      return candidateIn(region, health ? { health } : {});
    });
  };

  it('leaves out endpoints that are open, and tries at most three', () => {
    const pool = poolWith({ 'us-east-1': openSince(NOW_MS - 100, 'failing') });
    expect(regionsOf(planEndpoints(pool, ordering()).order)).toEqual([
      'us-west-2',
      'eu-central-1',
      'ap-northeast-1',
    ]);
    expect(planEndpoints(POOL, ordering()).order).toHaveLength(3);
  });

  it('leaves out at most half of a pool for being throttled or worse than others', () => {
    const pool = poolWith({
      'us-east-1': openSince(NOW_MS, 'throttled'),
      'us-west-2': openSince(NOW_MS, 'slow'),
      'eu-central-1': openSince(NOW_MS, 'outlier'),
    });
    expect(planEndpoints(pool, ordering()).order).toHaveLength(2);
  });

  it('leaves out more if they fail', () => {
    const failing = openSince(NOW_MS, 'failing');
    const pool = poolWith({ 'us-east-1': failing, 'us-west-2': failing, 'eu-central-1': failing });
    expect(regionsOf(planEndpoints(pool, ordering()).order)).toEqual(['ap-northeast-1']);
  });

  it('tries the one that may be probed next if all are open', () => {
    const pool = poolWith(
      Object.fromEntries(
        REGIONS.map((region, at) => [region, openSince(NOW_MS, 'failing', NOW_MS + 10 - at)]),
      ),
    );
    expect(regionsOf(planEndpoints(pool, ordering()).order)).toEqual(['ap-northeast-1']);
    expect(planEndpoints([], ordering()).order).toEqual([]);
  });

  it('probes with a part of the calls that shrinks as there are more, never with critical ones', () => {
    const busy = { ...healthAfter(200, 50) };
    const pool = [
      candidateIn('us-east-1', { health: openSince(NOW_MS - 9_000, 'failing', NOW_MS - 1) }),
      candidateIn('us-west-2', { health: busy }),
    ];
    const probes = (draw: number, severity: Ordering['severity'] = 'medium'): boolean =>
      planEndpoints(pool, ordering({ draw, severity })).probe !== undefined;
    // 200 calls in two seconds: one in a hundred probes.
    expect([probes(0.009), probes(0.011), probes(0.009, 'critical')]).toEqual([true, false, false]);
    const { order } = planEndpoints(pool, ordering({ draw: 0 }));
    expect(regionsOf(order)).toEqual(['us-east-1', 'us-west-2']);
    expect(planEndpoints(pool, ordering({ draw: 0 }), () => false).probe).toBeUndefined();
  });

  it('gives a closed endpoint its sessions back little by little', () => {
    const back = (closedMs: number): number => {
      const breaker = { ...NEVER_OPEN, trips: 1, sinceMs: NOW_MS - closedMs };
      const pool = poolWith({ 'us-east-1': healthAfter(0, 0, breaker) });
      return sessions('nearest').filter(
        (wish) => planEndpoints(pool, ordering(wish)).order[0]?.endpoint.region === 'us-east-1',
      ).length;
    };
    const [early, middle, late] = [1_000, 10_000, 20_000].map(back);
    expect(early).toBeGreaterThan(100);
    expect(early).toBeLessThan(300);
    expect(middle).toBeGreaterThan(900);
    expect(middle).toBeLessThan(1_100);
    expect(late).toBe(2_000);
  });
});

describe('dearestOf', () => {
  const priced = (model: string, regions: readonly string[]) =>
    pricedEndpoints(
      regions.map((region) => endpointIn(region, model)),
      ({ model: name, region }) => {
        const resolved = resolveRate({ model: name, region, atMs: Date.parse('2026-11-30') });
        return resolved.ok ? resolved.rate : undefined;
      },
    );

  it('names the region whose price a reservation has to hold', () => {
    const all = priced('amazon.nova-pro-v1:0', ['us-east-1', 'eu-west-1', 'eu-west-2']);
    expect(dearestOf(all)?.region).toBe('eu-west-2');
    const ranks = priceRanks(all);
    expect(all.map(({ endpoint }) => ranks.get(endpoint))).toEqual([0, 1, 2]);
    // 4,000 input tokens at 1.13 USD and 1,000 output tokens at 4.52 USD per million.
    expect(all[2]?.costNanoUsd).toBe(parseUsd('0.00904'));
  });

  it('leaves out endpoints without a price', () => {
    expect(priced('no-such-model', REGIONS)).toEqual([]);
    expect(dearestOf([])).toBeUndefined();
  });
});
