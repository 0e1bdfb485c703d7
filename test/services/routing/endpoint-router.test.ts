import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import type { Endpoint, OutcomeKind } from '../../../domain/routing/endpoint.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../../../domain/routing/routing-settings.ts';
import type { Provider } from '../../../domain/routing/provider.ts';
import { createEndpointRouter } from '../../../services/routing/endpoint-router.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { watchedHealthStore } from '../../support/health-store.ts';

let store: EmbeddedStore;
let health: ReturnType<typeof watchedHealthStore>;
beforeAll(async () => {
  store = await startEmbeddedStore();
  health = watchedHealthStore(store.db);
});
afterAll(async () => {
  await health.settle();
  await store.close();
});

const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1'];

function createRouter({
  settings = DEFAULT_ROUTING,
  providers = [],
}: { settings?: RoutingSettings; providers?: Provider[] } = {}) {
  const clock = { nowMs: Date.parse('2026-11-30T12:00:00Z') };
  const router = createEndpointRouter({
    regions: REGIONS,
    region: 'us-east-1',
    routing: () => Promise.resolve({ settings, providers }),
    catalog: () => Promise.resolve(builtInCatalog),
    rateCards: () => Promise.resolve([]),
    now: () => clock.nowMs,
    random: () => 0.5,
    healthStore: health.healthStore,
    onError: (error) => {
      throw error;
    },
  });
  const plan = (wish: Partial<Parameters<typeof router.plan>[1]> = {}, organizationId = 'acme') =>
    router.plan(
      { organizationId, nowMs: clock.nowMs },
      { model: 'nova-pro', apis: ['converse'], ...wish },
    );
  const call = (endpoint: Endpoint | undefined, kind: OutcomeKind): void => {
    if (!endpoint) throw new Error('there is no endpoint');
    router.begin(endpoint);
    router.note(endpoint, { kind, latencyMs: 100 });
  };
  return { clock, router, plan, call };
}

const regionsIn = (plan: { ok: boolean; endpoints?: readonly Endpoint[] }) =>
  plan.endpoints?.map(({ region }) => region);

describe('createEndpointRouter', () => {
  it('plans endpoints and the one whose price to hold', async () => {
    const { plan } = createRouter();
    expect(await plan()).toMatchObject({
      ok: true,
      endpoints: [
        { provider: 'bedrock', region: 'us-east-1', model: 'us.amazon.nova-pro-v1:0' },
        { region: 'us-west-2', model: 'us.amazon.nova-pro-v1:0' },
        { region: 'eu-west-1', model: 'eu.amazon.nova-pro-v1:0', api: 'converse' },
      ],
      dearest: { model: 'eu.amazon.nova-pro-v1:0' },
      dearestRegion: 'eu-west-1',
    });
  });

  it('says why there is no endpoint', async () => {
    const { plan } = createRouter({ settings: { ...DEFAULT_ROUTING, regions: ['eu-west-1'] } });
    expect(await plan({ model: 'nova-prro' })).toMatchObject({
      ok: false,
      reason: 'unknown-model',
      near: expect.arrayContaining(['amazon.nova-pro-v1:0']) as string[],
    });
    expect(await plan({ apis: ['messages'] })).toMatchObject({ reason: 'api-not-served' });
    expect(await plan({ region: 'us-east-1' })).toMatchObject({ reason: 'region-not-served' });
    expect(regionsIn(await plan())).toEqual(['eu-west-1']);
  });

  it('moves calls away from a region that fails, and back after probes', async () => {
    const { clock, plan, call } = createRouter();
    for (let failure = 0; failure < 5; failure += 1) {
      const planned = await plan();
      if (!planned.ok) throw new Error(planned.reason);
      expect(planned.endpoints[0]?.region).toBe('us-east-1');
      call(planned.endpoints[0], 'failed');
      clock.nowMs += 1_000;
    }
    expect(regionsIn(await plan())?.[0]).toBe('us-west-2');
    const firsts: (string | undefined)[] = [];
    for (let second = 0; second < 40; second += 1) {
      clock.nowMs += 1_000;
      const planned = await plan();
      if (!planned.ok) throw new Error(planned.reason);
      firsts.push(planned.endpoints[0]?.region);
      call(planned.endpoints[0], 'ok');
    }
    // Five seconds of rest, three probes of which each is a second apart, then half of the ramp.
    expect(firsts.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'us-west-2'));
    expect(firsts.slice(4, 7)).toEqual(['us-east-1', 'us-east-1', 'us-east-1']);
    expect(firsts.slice(7, 15)).toEqual(Array.from({ length: 8 }, () => 'us-west-2'));
    expect(firsts.slice(20)).toEqual(Array.from({ length: 20 }, () => 'us-east-1'));
  });

  it("never counts a caller's mistake", async () => {
    const { plan, call } = createRouter();
    for (let mistake = 0; mistake < 50; mistake += 1) {
      const planned = await plan();
      if (planned.ok) call(planned.endpoints[0], 'refused');
    }
    expect(regionsIn(await plan())?.[0]).toBe('us-east-1');
  });

  it('keeps the health of own providers apart from other organizations', async () => {
    const provider: Provider = {
      name: 'neuro',
      address: { baseUrl: 'https://inference.example.com/v1' },
      regions: ['us-east-1'],
      models: [{ model: 'amazon.nova-pro-v1:0', apis: ['chat'] }],
    };
    const { plan, call } = createRouter({ providers: [provider] });
    const ownOf = async (organizationId: string): Promise<Endpoint | undefined> => {
      const planned = await plan(
        { region: 'us-east-1', apis: ['chat', 'converse'] },
        organizationId,
      );
      return planned.ok
        ? planned.endpoints.find((endpoint) => endpoint.provider === 'neuro')
        : undefined;
    };
    for (let failure = 0; failure < 5; failure += 1) call(await ownOf('acme'), 'failed');
    expect(await ownOf('acme')).toBeUndefined();
    expect(await ownOf('globex')).toMatchObject({ address: provider.address });
  });

  it('refuses endpoints that it did not plan', () => {
    const { router } = createRouter();
    const endpoint: Endpoint = {
      provider: 'bedrock',
      model: 'x',
      upstreamModel: 'x',
      api: 'converse',
    };
    expect(() => router.begin(endpoint)).toThrow('plan of this router');
  });
});
