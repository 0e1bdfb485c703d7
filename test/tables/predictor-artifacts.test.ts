import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutputModel } from '../../domain/prediction/fitted-model.ts';
import { learnRoute } from '../../domain/prediction/online-predictor.ts';
import { predictOutput } from '../../domain/prediction/predict-output.ts';
import { coldState, createState } from '../../domain/prediction/predictor-state.ts';
import { REMEMBERED_REQUESTS } from '../../domain/prediction/recent-requests.ts';
import { emptyRoute, type Observation, routeOf } from '../../domain/prediction/route-statistics.ts';
import {
  createPredictorArtifactStore,
  type PredictorArtifactStore,
} from '../../tables/predictor-artifacts/predictor-artifacts.ts';
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
  session: i % 3 === 0 ? undefined : `s${i % 50}`,
}));

/** Promotes a version without an audit entry. @returns whether the version exists */
async function promote(organizationId: string, version: string, rolloutPercent?: number) {
  const promotion = await store.promotion(organizationId, version, rolloutPercent);
  if (promotion) await embedded.db.write(promotion.write);
  return promotion !== undefined;
}

/** Trains a stored route without knowing other routes. @returns whether it was stored */
const learn = (organizationId: string, observations: readonly Observation[]): Promise<boolean> =>
  store.updateRoute(organizationId, ROUTE, (statistics) => {
    for (const observation of observations) {
      learnRoute(ROUTE, statistics, observation, coldState());
    }
  });

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
      expect(await learn('acme', OBSERVATIONS.slice(from, from + 80))).toBe(true);
    }
    const statistics = emptyRoute();
    for (const observation of OBSERVATIONS) learnRoute(ROUTE, statistics, observation, coldState());
    const { routes, promotion: none } = await store.read('acme');
    expect(none).toBeUndefined();
    expect(routes.map(({ route }) => route)).toEqual([ROUTE]);
    expect(routes[0]?.statistics.requests).toBe(400);
    const memory = createState([{ route: ROUTE, statistics }]);
    for (const session of [undefined, 's7']) {
      const request = { ...ROUTE, inputTokens: 700, maxOutputTokens: 4_096, atMs: 0, session };
      const stored = predictOutput(request, createState(routes));
      const expected = predictOutput(request, memory);
      expect(stored.upperTokens).toBe(expected.upperTokens);
      expect(stored.expectedTokens).toBe(expected.expectedTokens);
    }
  });

  test('of two concurrent writers are both counted', async () => {
    const answers = await Promise.all(
      [1, 2, 3].map((outputTokens) => learn('two', [{ inputTokens: 10, outputTokens }])),
    );
    expect(answers).toEqual([true, true, true]);
    const { routes } = await store.read('two');
    expect(routes[0]?.statistics.requests).toBe(3);
  });

  test('cost one read and one write per route and batch', async () => {
    await learn('cost', OBSERVATIONS.slice(0, 100));
    embedded.takeConsumed();
    await learn('cost', OBSERVATIONS.slice(0, 100));
    const { readUnits, writeUnits } = embedded.takeConsumed();
    expect(readUnits).toBeLessThanOrEqual(2);
    expect(writeUnits).toBeLessThanOrEqual(6);
  });

  test('of the busiest route with sessions stay under 32 KiB', async () => {
    const many = Array.from({ length: 6 }, (_, part) =>
      OBSERVATIONS.map((observation, i) => ({ ...observation, session: `${part}-${i}` })),
    ).flat();
    await learn('busy', many);
    embedded.takeConsumed();
    await learn('busy', OBSERVATIONS.slice(0, 1));
    expect(embedded.takeConsumed().writeUnits).toBeLessThanOrEqual(32);
    const [learned] = (await store.read('busy')).routes;
    expect(learned?.statistics.memory.count).toBe(REMEMBERED_REQUESTS);
  });
});

describe('trained models', () => {
  test('predict only once they are promoted; rolling back is the same call', async () => {
    await store.putModel('trained', model('regression-1'));
    await store.putModel('trained', model('regression-2'));
    expect((await store.read('trained')).promotion).toBeUndefined();
    expect(await promote('trained', 'regression-2')).toBe(true);
    expect((await store.read('trained')).promotion?.model).toEqual(model('regression-2'));
    expect(await promote('trained', 'regression-1')).toBe(true);
    expect((await store.read('trained')).promotion?.model.version).toBe('regression-1');
    expect((await store.listModels('trained')).map(({ version }) => version)).toEqual([
      'regression-2',
      'regression-1',
    ]);
  });

  test('are rolled out to a share of users beside the one before', async () => {
    for (const version of ['regression-1', 'regression-2']) {
      await store.putModel('gradual', model(version));
    }
    await promote('gradual', 'regression-1');
    await promote('gradual', 'regression-2', 20);
    await promote('gradual', 'regression-2', 50);
    const promotion = await store.readPromotion('gradual');
    expect(promotion).toEqual({
      model: model('regression-2'),
      rolloutPercent: 50,
      previous: model('regression-1'),
    });
    const demotion = await store.demotion('gradual');
    if (demotion) await embedded.db.write(demotion.write);
    expect(await store.readPromotion('gradual')).toBeUndefined();
  });

  test('of an unknown version are not promoted', async () => {
    expect(await promote('nobody', 'regression-9')).toBe(false);
    expect((await store.read('nobody')).promotion).toBeUndefined();
  });
});
