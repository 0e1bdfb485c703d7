import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutputModel } from '../../domain/prediction/fitted-model.ts';
import { predictOutput } from '../../domain/prediction/predict-output.ts';
import { createState } from '../../domain/prediction/predictor-state.ts';
import { emptyRoute, observe, routeOf } from '../../domain/prediction/route-statistics.ts';
import {
  createPredictorArtifactStore,
  type PredictorArtifactStore,
} from '../../tables/predictor-artifacts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let embedded: EmbeddedStore;
let store: PredictorArtifactStore;
beforeAll(async () => {
  embedded = await startEmbeddedStore();
  store = createPredictorArtifactStore(embedded.db);
});
afterAll(() => embedded.close());

const ROUTE = routeOf({ model: 'amazon.nova-pro-v1:0', system: 'relaycore', operation: 'chat' });
const OBSERVATIONS = Array.from({ length: 400 }, (_, i) => ({
  inputTokens: 20 + ((i * 577) % 9_000),
  outputTokens: (i * 331) % 1_200,
}));

const model = (version: string): OutputModel => ({
  version,
  trainedAtMs: 1,
  weights: [0.125, -3e-7, 1 / 3],
  residualQuantiles: [-1, 0, 1],
  strength: 20,
  metrics: { fittedOn: 800, testedOn: 200, logError: 0.5, baselineLogError: 0.6, cover: 0.95 },
});

describe('route statistics', () => {
  test('survive storage batch by batch, so that predictions stay the same', async () => {
    for (let from = 0; from < OBSERVATIONS.length; from += 80) {
      const observations = OBSERVATIONS.slice(from, from + 80);
      expect(await store.addRouteStatistics('acme', [{ route: ROUTE, observations }])).toBe(0);
    }
    const whole = emptyRoute();
    observe(whole, OBSERVATIONS);
    const { routes, model: none } = await store.read('acme');
    expect(none).toBeUndefined();
    expect(routes.map(({ route }) => route)).toEqual([ROUTE]);
    expect(routes[0]?.statistics.requests).toBe(400);
    const request = { ...ROUTE, inputTokens: 700, maxOutputTokens: 4_096, atMs: 0 };
    const stored = predictOutput(request, createState(routes));
    const memory = predictOutput(request, createState([{ route: ROUTE, statistics: whole }]));
    expect(stored.upperTokens).toBe(memory.upperTokens);
    expect(stored.expectedTokens).toBe(memory.expectedTokens);
  });

  test('of two writers at once are both counted', async () => {
    const update = (outputTokens: number) => [
      { route: ROUTE, observations: [{ inputTokens: 10, outputTokens }] },
    ];
    const given = await Promise.all(
      [1, 2, 3].map((n) => store.addRouteStatistics('two', update(n))),
    );
    const { routes } = await store.read('two');
    const lost = given.reduce((a, b) => a + b, 0);
    expect(routes[0]?.statistics.requests).toBe(3 - lost);
    expect(lost).toBe(0);
  });

  test('cost one read and one write per route and batch', async () => {
    const update = { route: ROUTE, observations: OBSERVATIONS.slice(0, 100) };
    await store.addRouteStatistics('cost', [update]);
    embedded.takeConsumed();
    await store.addRouteStatistics('cost', [update]);
    const { readUnits, writeUnits } = embedded.takeConsumed();
    expect(readUnits).toBeLessThanOrEqual(2);
    expect(writeUnits).toBeLessThanOrEqual(4);
  });
});

describe('trained models', () => {
  test('predict only once they are promoted; rolling back is the same call', async () => {
    await store.putModel('trained', model('regression-1'));
    await store.putModel('trained', model('regression-2'));
    expect((await store.read('trained')).model).toBeUndefined();
    expect(await store.promote('trained', 'regression-2')).toBe(true);
    expect((await store.read('trained')).model).toEqual(model('regression-2'));
    expect(await store.promote('trained', 'regression-1')).toBe(true);
    expect((await store.read('trained')).model?.version).toBe('regression-1');
    expect((await store.listModels('trained')).map(({ version }) => version)).toEqual([
      'regression-2',
      'regression-1',
    ]);
  });

  test('of an unknown version are not promoted', async () => {
    expect(await store.promote('nobody', 'regression-9')).toBe(false);
    expect((await store.read('nobody')).model).toBeUndefined();
  });
});
