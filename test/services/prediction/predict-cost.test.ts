import { predictionServices } from '../../../composition/prediction.ts';
import { stores } from '../../../composition/stores.ts';
import { testWorld } from '../../support/world.ts';
import { learnRoute } from '../../../domain/prediction/online-predictor.ts';
import { coldState } from '../../../domain/prediction/predictor-state.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  predictionBody,
  predictionView,
  workflowPredictionView,
} from '../../../contracts/predictions.ts';
import { parseUsd } from '../../../domain/money.ts';
import { ProblemError } from '../../../contracts/problem.ts';
import { emptyRoute, routeKey, routeOf } from '../../../domain/prediction/route-statistics.ts';
import { parsePart } from '../../../lambdas/edge/parse-request.ts';
import { predictCost, type PredictCostDeps } from '../../../services/prediction/predict-cost.ts';
import { predictWorkflow } from '../../../services/prediction/predict-workflow.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const REQUEST = {
  system: 'relaycore',
  userId: 'ada',
  operation: 'chat',
  model: SONNET,
  inputTokens: 1_000,
  maxOutputTokens: 500,
};

let embedded: EmbeddedStore;
const world = { nowMs: Date.parse('2026-11-21T12:00:00Z') };
beforeAll(async () => {
  embedded = await startEmbeddedStore();
});
afterAll(() => embedded.close());

function predicting(): PredictCostDeps {
  const { db } = embedded;
  let ids = 0;
  return {
    ...predictionServices(
      db,
      testWorld(() => world.nowMs),
    ),
    newId: () => `prediction-${(ids += 1)}`,
  };
}

const nano = (text: string): bigint => parseUsd(text) ?? -1n;

describe('predictCost', () => {
  test('answers in the shape of the contract before anything was learned', async () => {
    const prediction = await predictCost(
      predicting(),
      { organizationId: 'cold', nowMs: world.nowMs },
      REQUEST,
    );
    expect(predictionView.parse(prediction)).toEqual(prediction);
    expect(prediction).toMatchObject({
      predictionId: 'prediction-1',
      model: SONNET,
      recommendedModel: SONNET,
      basis: 'global-prior',
      inputTokens: 1_000,
      ceilingUsd: '0.010500000',
      predictor: { version: 'online-2' },
    });
    expect(prediction.alternatives.map(({ model }) => model)).toEqual([
      'anthropic.claude-haiku-4-5-20251001-v1:0',
    ]);
  });

  test('follows what was learned within seconds, and reads only prices when warm', async () => {
    const deps = predicting();
    const before = await predictCost(
      deps,
      { organizationId: 'learning', nowMs: world.nowMs },
      REQUEST,
    );
    const { artifacts } = stores(embedded.db);
    const observations = Array.from({ length: 300 }, () => ({
      inputTokens: 1_000,
      outputTokens: 40,
    }));
    await artifacts.updateRoute('learning', routeOf(REQUEST), (statistics) => {
      for (const observation of observations) {
        learnRoute(routeOf(REQUEST), statistics, observation, coldState());
      }
    });

    embedded.takeConsumed();
    const same = await predictCost(
      deps,
      { organizationId: 'learning', nowMs: world.nowMs },
      REQUEST,
    );
    expect(same.expectedOutputTokens).toBe(before.expectedOutputTokens);
    expect(embedded.takeConsumed()).toEqual({ readUnits: 1, writeUnits: 0 });

    world.nowMs += 11_000;
    await predictCost(deps, { organizationId: 'learning', nowMs: world.nowMs }, REQUEST);
    await expect
      .poll(
        async () =>
          (await predictCost(deps, { organizationId: 'learning', nowMs: world.nowMs }, REQUEST))
            .basis,
      )
      .toBe('route-history');
    const after = await predictCost(
      deps,
      { organizationId: 'learning', nowMs: world.nowMs },
      REQUEST,
    );
    expect(after.expectedOutputTokens).toBeLessThan(60);
    expect(nano(after.upperBoundUsd)).toBeLessThan(nano(before.upperBoundUsd));
    expect(after.confidence).toBeGreaterThan(before.confidence);
  });

  test('reads again only the routes that a process asks for', async () => {
    const { artifacts } = stores(embedded.db);
    const observation = { inputTokens: 1_000, outputTokens: 40 };
    const learned = emptyRoute();
    for (let count = 0; count < 1_000; count += 1) {
      learnRoute(routeOf(REQUEST), learned, observation, coldState());
    }
    for (let number = 0; number < 60; number += 1) {
      const route = { ...routeOf(REQUEST), operation: `operation-${number}` };
      await artifacts.updateRoute('many', route, (statistics) => {
        Object.assign(statistics, learned);
      });
    }
    const { predictors } = predicting();
    embedded.takeConsumed();
    const first = await predictors.current('many');
    const whole = embedded.takeConsumed().readUnits;
    expect(first.routes.size).toBe(60);

    /** Read units of a minute in which a process is asked every eleven seconds. */
    const unitsOfMinute = async (ask: (state: typeof first) => void): Promise<number> => {
      for (let time = 0; time < 6; time += 1) {
        world.nowMs += 11_000;
        ask(await predictors.current('many'));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return embedded.takeConsumed().readUnits;
    };
    expect(await unitsOfMinute(() => undefined)).toBeLessThanOrEqual(6 * 0.5);
    const oneRoute = routeKey({ ...routeOf(REQUEST), operation: 'operation-7' });
    const ofOne = await unitsOfMinute((state) => void state.routes.get(oneRoute));
    expect(ofOne).toBeGreaterThanOrEqual(5 * (0.5 + whole / 60));
    expect(ofOne).toBeLessThanOrEqual(6 * (0.5 + (2 * whole) / 60 + 0.5));
    expect((await predictors.current('many')).routes.size).toBe(60);
  });

  test('uses the organization’s own price and its own models', async () => {
    const deps = predicting();
    await embedded.db.write(
      stores(embedded.db).rateCards.putWrite(
        'priced',
        {
          model: SONNET,
          effectiveFromMs: 0,
          source: 'contract',
          sourceDate: '2026-11-01',
          inputNanoUsdPerMillion: 1_000_000_000n,
          outputNanoUsdPerMillion: 2_000_000_000n,
        },
        { cards: [], version: 0 },
      ),
    );
    const { write } = await stores(embedded.db).models.replacement('priced', {
      model: SONNET,
      provider: 'Anthropic',
      family: 'claude-sonnet',
      contextTokens: 10_000,
      maxOutputTokens: 100,
    });
    await embedded.db.write(write);
    const { maxOutputTokens: _, ...unlimited } = REQUEST;
    const own = await predictCost(
      deps,
      { organizationId: 'priced', nowMs: world.nowMs },
      unlimited,
    );
    expect(own.ceilingUsd).toBe('0.001200000');
    expect(own.alternatives).toEqual([]);
    const other = await predictCost(
      deps,
      { organizationId: 'unpriced', nowMs: world.nowMs },
      REQUEST,
    );
    expect(other.ceilingUsd).toBe('0.010500000');
  });

  test('refuses an unknown price, naming the field', async () => {
    const request = { ...REQUEST, candidates: ['nobody.knows'] };
    await expect(
      predictCost(predicting(), { organizationId: 'acme', nowMs: world.nowMs }, request),
    ).rejects.toMatchObject({
      kind: 'unknown-price',
      fields: [{ field: 'candidates[0]' }],
    });
  });
});

describe('predictWorkflow', () => {
  const certain = { probability: 1, times: 1, retries: 0, retryProbability: 0.1 };

  test('of one certain step equals the prediction of the request alone', async () => {
    const deps = predicting();
    const alone = await predictCost(deps, { organizationId: 'flow', nowMs: world.nowMs }, REQUEST);
    const flow = await predictWorkflow(deps, { organizationId: 'flow', nowMs: world.nowMs }, [
      { request: REQUEST, ...certain },
    ]);
    expect(workflowPredictionView.parse(flow)).toEqual(flow);
    for (const field of ['expectedCostUsd', 'upperBoundUsd', 'ceilingUsd', 'confidence'] as const) {
      expect(flow[field]).toBe(alone[field]);
    }
  });

  test('adds its steps, and bounds them closer than the sum of their bounds', async () => {
    const deps = predicting();
    const alone = await predictCost(deps, { organizationId: 'flow', nowMs: world.nowMs }, REQUEST);
    const steps = [{ request: REQUEST, ...certain, times: 25 }];
    const flow = await predictWorkflow(deps, { organizationId: 'flow', nowMs: world.nowMs }, steps);
    const [expected, upper] = [nano(flow.expectedCostUsd), nano(flow.upperBoundUsd)];
    expect(expected).toBe(nano(alone.expectedCostUsd) * 25n);
    const distance = nano(alone.upperBoundUsd) - nano(alone.expectedCostUsd);
    // The deviations of independent runs, plus some for what all runs share.
    expect(upper - expected).toBeGreaterThan(distance * 5n);
    expect(upper - expected).toBeLessThan(distance * 12n);
    expect(nano(flow.ceilingUsd)).toBe(nano(alone.ceilingUsd) * 25n);
    expect(flow.steps).toMatchObject([{ model: SONNET, expectedRuns: 25 }]);
    expect(flow.confidence).toBeGreaterThan(alone.confidence);
  });

  test('names the step whose price is unknown', async () => {
    const steps = [REQUEST, { ...REQUEST, model: 'nobody.knows' }].map((request) => ({
      request,
      ...certain,
    }));
    await expect(
      predictWorkflow(predicting(), { organizationId: 'acme', nowMs: world.nowMs }, steps),
    ).rejects.toMatchObject({
      fields: [{ field: 'steps[1].request.model' }],
    });
  });
});

describe('predictionBody', () => {
  const fields = (body: unknown): [string, string][] => {
    try {
      parsePart(predictionBody, body, 'body');
      return [];
    } catch (error) {
      const errors = error instanceof ProblemError ? (error.errors ?? []) : [];
      return errors.map(({ field, message }) => [field, message]);
    }
  };

  test('is a request, or the steps of a workflow', () => {
    expect(predictionBody.parse(REQUEST)).toEqual({ kind: 'request', request: REQUEST });
    expect(predictionBody.parse({ steps: [{ request: REQUEST }] })).toEqual({
      kind: 'workflow',
      steps: [{ request: REQUEST, probability: 1, times: 1, retries: 0, retryProbability: 0.1 }],
    });
  });

  test('names the field that is wrong, in either shape', () => {
    expect(fields({ userId: 'ada', inputTokens: 1 })).toEqual([['system', 'is missing']]);
    expect(fields({ system: 'a', userId: 'b' }).map(([field]) => field)).toEqual(['inputTokens']);
    expect(fields({ ...REQUEST, inputTokens: -1 }).map(([field]) => field)).toEqual([
      'inputTokens',
    ]);
    expect(fields({ steps: [{ request: REQUEST }], model: SONNET })).toEqual([
      ['model', 'cannot be combined with steps'],
    ]);
    expect(
      fields({ steps: [{ request: { ...REQUEST, system: 7 } }] }).map(([field]) => field),
    ).toEqual(['steps[0].request.system']);
    expect(fields({ steps: [{ ...REQUEST, system: 7 }] }).map(([field]) => field)).toEqual([
      'steps[0].system',
    ]);
    expect(predictionBody.safeParse({ ...REQUEST, other: 1 }).error?.issues[0]?.code).toBe(
      'unrecognized_keys',
    );
  });
});
