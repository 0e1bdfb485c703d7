import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOnlinePredictor } from '../../../domain/prediction/online-predictor.ts';
import type { OutputModel } from '../../../domain/prediction/fitted-model.ts';
import { predictOutput } from '../../../domain/prediction/predict-output.ts';
import { coldState, type PredictorState } from '../../../domain/prediction/predictor-state.ts';
import { routeOf } from '../../../domain/prediction/route-statistics.ts';

const REQUEST = {
  inputTokens: 1_000,
  maxOutputTokens: 4_096,
  model: 'anthropic.claude-sonnet-4-6',
  system: 'relaycore',
  operation: 'chat',
  atMs: Date.parse('2026-11-21T12:00:00Z'),
};

/** A state after these outputs on a route. */
function having(outputs: number[], route: Partial<typeof REQUEST> = {}): PredictorState {
  const predictor = createOnlinePredictor();
  for (const outputTokens of outputs) {
    const request = { ...REQUEST, ...route };
    predictor.learn(routeOf(request), { inputTokens: request.inputTokens, outputTokens });
  }
  return predictor.state;
}

const MODEL: OutputModel = {
  version: 'regression-1',
  trainedAtMs: 0,
  weights: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Math.log(801)],
  residualQuantiles: [-0.1, 0, 0.1],
  strength: 1_000,
  metrics: { fittedOn: 0, testedOn: 0, logError: 0, baselineLogError: 0, cover: 0 },
};

describe('predictOutput', () => {
  test('answers before anything was seen, and says that it is a guess', () => {
    const predicted = predictOutput(REQUEST, coldState());
    expect(predicted.basis).toBe('global-prior');
    expect(predicted.medianTokens).toBeGreaterThan(150);
    expect(predicted.medianTokens).toBeLessThan(250);
    expect(predicted.confidence).toBeLessThan(0.3);
  });

  test('follows the history of the route once there is some', () => {
    const state = having(Array.from({ length: 300 }, (_, i) => 380 + (i % 40)));
    const predicted = predictOutput(REQUEST, state);
    expect(predicted.basis).toBe('route-history');
    expect(predicted.expectedTokens).toBeGreaterThan(380);
    expect(predicted.expectedTokens).toBeLessThan(440);
    expect(predicted.upperTokens).toBeLessThan(600);
    expect(predicted.confidence).toBeGreaterThan(0.8);
  });

  test('shrinks towards the history of the model where the route is new', () => {
    const state = having(
      Array.from({ length: 300 }, () => 900),
      { operation: 'summarize' },
    );
    const predicted = predictOutput(REQUEST, state);
    expect(predicted.basis).toBe('model-history');
    expect(predicted.medianTokens).toBeGreaterThan(600);
  });

  test('knows that longer inputs of a route may have other outputs', () => {
    const predictor = createOnlinePredictor();
    for (let i = 0; i < 200; i += 1) {
      predictor.learn(routeOf(REQUEST), { inputTokens: 100, outputTokens: 20 });
      predictor.learn(routeOf(REQUEST), { inputTokens: 10_000, outputTokens: 2_000 });
    }
    const short = predictOutput({ ...REQUEST, inputTokens: 100 }, predictor.state);
    const long = predictOutput({ ...REQUEST, inputTokens: 10_000 }, predictor.state);
    expect(short.medianTokens).toBeLessThan(30);
    expect(long.medianTokens).toBeGreaterThan(1_500);
  });

  test('uses the regression where the route is new, and the route where it is not', () => {
    const fresh = predictOutput(REQUEST, { ...coldState(), model: MODEL });
    expect(fresh.basis).toBe('regression');
    expect(fresh.medianTokens).toBeGreaterThan(700);
    const state = { ...having(Array.from({ length: 900 }, () => 50)), model: MODEL };
    expect(predictOutput(REQUEST, state).basis).toBe('route-history');
    expect(predictOutput(REQUEST, state).medianTokens).toBeLessThan(60);
  });

  test('forgets: a route that changed is followed', () => {
    const state = having([
      ...Array.from({ length: 3_000 }, () => 100),
      ...Array.from({ length: 3_000 }, () => 1_000),
    ]);
    expect(predictOutput(REQUEST, state).medianTokens).toBeGreaterThan(900);
  });

  test('covers the stated share of outputs of the same kind', () => {
    // Outputs exp(5 + normal). The sum of twelve uniform numbers is close enough to normal.
    let seed = 42;
    const uniform = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const draw = (): number => {
      const normal = Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);
      return Math.round(Math.exp(5 + 0.6 * normal));
    };
    const predictor = createOnlinePredictor();
    let covered = 0;
    for (let i = 0; i < 3_000; i += 1) {
      const outputTokens = draw();
      const { upperTokens } = predictOutput(REQUEST, predictor.state);
      if (i >= 1_000 && outputTokens <= upperTokens) covered += 1;
      predictor.learn(routeOf(REQUEST), { inputTokens: 1_000, outputTokens });
    }
    expect(covered / 2_000).toBeGreaterThan(0.935);
    expect(covered / 2_000).toBeLessThan(0.97);
  });

  test('orders its figures, keeps them whole and finite, and repeats itself', () => {
    const tokens = fc.integer({ min: 0, max: 100_000_000 });
    const history = fc.array(fc.record({ inputTokens: tokens, outputTokens: tokens }), {
      maxLength: 40,
    });
    const hostile = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const model = fc.option(
      fc.record({
        weights: fc.array(hostile, { minLength: 11, maxLength: 11 }),
        strength: fc.integer({ min: 0, max: 1_000 }),
      }),
    );
    fc.assert(
      fc.property(
        tokens,
        fc.integer({ min: 1, max: 100_000_000 }),
        history,
        model,
        (inputTokens, maxOutputTokens, served, fitted) => {
          const predictor = createOnlinePredictor();
          for (const observation of served) predictor.learn(routeOf(REQUEST), observation);
          const state: PredictorState = {
            ...predictor.state,
            ...(fitted ? { model: { ...MODEL, ...fitted } } : {}),
          };
          const request = { ...REQUEST, inputTokens, maxOutputTokens };
          const predicted = predictOutput(request, state);
          for (const count of [
            predicted.expectedTokens,
            predicted.medianTokens,
            predicted.upperTokens,
          ]) {
            expect(Number.isInteger(count)).toBe(true);
            expect(count).toBeGreaterThan(0);
            expect(count).toBeLessThanOrEqual(maxOutputTokens);
          }
          expect(predicted.expectedTokens).toBeLessThanOrEqual(predicted.upperTokens);
          expect(predicted.medianTokens).toBeLessThanOrEqual(predicted.upperTokens);
          expect(predicted.confidence).toBeGreaterThanOrEqual(0);
          expect(predicted.confidence).toBeLessThanOrEqual(1);
          expect(predictOutput(request, state)).toEqual(predicted);
        },
      ),
    );
  });
});
