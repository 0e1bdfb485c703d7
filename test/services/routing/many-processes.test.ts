import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import type { OutcomeKind } from '../../../domain/routing/endpoint.ts';
import { createEndpointRouter } from '../../../services/routing/endpoint-router.ts';
import { createRandom } from '../../simulation/random.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { watchedHealthStore } from '../../support/health-store.ts';

const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'];
const HOME = 'us-east-1';
const PROCESSES = 10;
const CALLS_PER_SECOND = 20;
const TICK_MS = 250;
const START_MS = Date.parse('2026-11-30T12:00:00Z');

let embedded: EmbeddedStore;
beforeAll(async () => {
  embedded = await startEmbeddedStore();
});
afterAll(() => embedded.close());

type Call = { second: number; first: string; served: string | undefined; attempts: number };

/**
 * Processes that share nothing but the table, on a clock of their own. Each call goes to a random
 * process, as Lambda does it, and on to the next endpoint if one fails.
 */
async function run(
  model: string,
  seconds: number,
  outcomeIn: (region: string, second: number) => OutcomeKind,
): Promise<{ calls: Call[]; requests: number }> {
  const clock = { nowMs: START_MS };
  const random = createRandom(7);
  const { healthStore, requests, settle } = watchedHealthStore(embedded.db);
  const routers = Array.from({ length: PROCESSES }, () =>
    createEndpointRouter({
      regions: REGIONS,
      region: HOME,
      routing: () => Promise.resolve({ settings: { pools: [] }, providers: [] }),
      catalog: () => Promise.resolve(builtInCatalog),
      rateCards: () => Promise.resolve([]),
      now: () => clock.nowMs,
      random: () => random.next(),
      healthStore,
      onError: (error) => {
        throw error;
      },
    }),
  );
  const calls: Call[] = [];
  for (; clock.nowMs < START_MS + seconds * 1_000; clock.nowMs += TICK_MS) {
    for (let at = 0; at < (CALLS_PER_SECOND * TICK_MS) / 1_000; at += 1) {
      const router = routers[Math.floor(random.next() * PROCESSES)];
      const second = (clock.nowMs - START_MS) / 1_000;
      const call = { organizationId: 'acme', nowMs: clock.nowMs };
      const plan = await router?.plan(call, { model, apis: ['converse'] });
      if (!router || !plan?.ok) throw new Error('there is no plan');
      let served: string | undefined;
      let attempts = 0;
      for (const endpoint of plan.endpoints) {
        const kind = outcomeIn(endpoint.region ?? '', second);
        attempts += 1;
        router.begin(endpoint);
        router.note(endpoint, { kind, latencyMs: 800 });
        if (kind === 'ok') {
          served = endpoint.region;
          break;
        }
      }
      await router.flush();
      calls.push({ second, first: plan.endpoints[0]?.region ?? '', served, attempts });
    }
    await settle();
  }
  return { calls, requests: requests() };
}

const between = (calls: readonly Call[], from: number, to: number): Call[] =>
  calls.filter(({ second }) => second >= from && second < to);

/** The part of calls that went to a region first. */
const shareOf = (calls: readonly Call[], region: string): number =>
  calls.filter(({ first }) => first === region).length / calls.length;

test('traffic leaves a region within seconds, and returns without a rush', async () => {
  const DOWN_AT = 10;
  const UP_AT = 30;
  const { calls, requests } = await run('nova-pro', 80, (region, second) =>
    region === HOME && second >= DOWN_AT && second < UP_AT ? 'failed' : 'ok',
  );
  expect(calls.every(({ served }) => served !== undefined)).toBe(true);
  expect(shareOf(between(calls, 0, DOWN_AT), HOME)).toBe(1);
  // Six seconds after the outage begins, only probes go there: about one a second once they may.
  const out = between(calls, DOWN_AT + 6, UP_AT);
  // Drawn at random, they are one here; if every call might probe, they were ten.
  expect(out.filter(({ first }) => first === HOME).length).toBeLessThanOrEqual(5);
  // Then calls come back step by step, at most twice as many each few seconds.
  const closedAt = between(calls, UP_AT, 80).find(
    (_, at, later) => shareOf(later.slice(at, at + CALLS_PER_SECOND * 2), HOME) > 0.15,
  )?.second;
  expect(closedAt).toBeLessThan(UP_AT + 25);
  // A quarter within six seconds; if all might return at once, it were more than half.
  const back = between(calls, closedAt ?? 0, (closedAt ?? 0) + 6);
  expect(shareOf(back, HOME)).toBeLessThan(0.45);
  expect(shareOf(between(calls, (closedAt ?? 0) + 22, 80), HOME)).toBeGreaterThan(0.95);
  // Fewer requests to the table than calls.
  expect(requests).toBeLessThan(calls.length);
});

test('regions that only throttle never lose more than half of a pool', async () => {
  const { calls } = await run('nova-lite', 20, (region) =>
    region === 'ap-southeast-1' ? 'ok' : 'throttled',
  );
  const late = between(calls, 12, 20);
  const firsts = new Set(late.map(({ first }) => first));
  expect(firsts.size).toBeGreaterThanOrEqual(2);
  // Without the cap, nearly every call would go to the only region that does not throttle.
  expect(shareOf(late, 'ap-southeast-1')).toBeLessThan(0.7);
  expect(late.filter(({ served }) => served === undefined)).toEqual([]);
});
