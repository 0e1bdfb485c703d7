import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOnlinePredictor } from '../../../domain/prediction/online-predictor.ts';
import { predictOutput } from '../../../domain/prediction/predict-output.ts';
import {
  noRequests,
  remember,
  REMEMBERED_REQUESTS,
  type RequestMemory,
  stepsOf,
  tokensOf,
} from '../../../domain/prediction/recent-requests.ts';
import { routeOf } from '../../../domain/prediction/route-statistics.ts';

const REQUEST = {
  inputTokens: 1_000,
  maxOutputTokens: 4_096,
  model: 'amazon.nova-pro-v1:0',
  system: 'relaycore',
  operation: 'chat',
  atMs: 0,
};

/** Reproducible numbers from 0 to 1. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

describe('a route', () => {
  test('learns that a session goes on as it began', () => {
    const predictor = createOnlinePredictor();
    const outputOf = (session: number): number => (session % 2 === 0 ? 40 : 900);
    for (let i = 0; i < 600; i += 1) {
      const session = i % 60;
      const observation = { inputTokens: 1_000, outputTokens: outputOf(session) };
      predictor.learn(routeOf(REQUEST), { ...observation, session: `s${session}` });
    }
    const median = (session?: string): number =>
      predictOutput({ ...REQUEST, session }, predictor.state).medianTokens;
    expect(median('s0')).toBeLessThan(80);
    expect(median('s1')).toBeGreaterThan(600);
    const stranger = predictOutput({ ...REQUEST, session: 'new' }, predictor.state);
    expect(stranger).toEqual(predictOutput(REQUEST, predictor.state));
  });

  test('tells inputs apart that differ by a twentieth, once they have proved to differ', () => {
    const predictor = createOnlinePredictor();
    for (let i = 0; i < 800; i += 1) {
      const inputTokens = i % 2 === 0 ? 1_000 : 1_050;
      const outputTokens = i % 2 === 0 ? 30 : 300;
      predictor.learn(routeOf(REQUEST), { inputTokens, outputTokens });
    }
    expect(predictOutput(REQUEST, predictor.state).medianTokens).toBeLessThan(40);
    const other = predictOutput({ ...REQUEST, inputTokens: 1_050 }, predictor.state);
    expect(other.medianTokens).toBeGreaterThan(250);
  });

  test('whose outputs grow for ever is still covered, because the bound feels its misses', () => {
    const predictor = createOnlinePredictor();
    const uniform = uniformFrom(3);
    let covered = 0;
    for (let i = 0; i < 3_000; i += 1) {
      const outputTokens = Math.round(50 * 1.001 ** i * (1 + uniform()));
      const { upperTokens } = predictOutput(
        { ...REQUEST, maxOutputTokens: 100_000 },
        predictor.state,
      );
      if (i >= 1_000 && outputTokens <= upperTokens) covered += 1;
      predictor.learn(routeOf(REQUEST), { inputTokens: 1_000, outputTokens });
    }
    expect(covered / 2_000).toBeGreaterThan(0.93);
    expect(covered / 2_000).toBeLessThan(0.97);
  });

  test('predicts without changing what it knows', () => {
    const predictor = createOnlinePredictor();
    for (let i = 0; i < 50; i += 1) {
      predictor.learn(routeOf(REQUEST), { inputTokens: 900 + i, outputTokens: 10 * i });
    }
    const first = predictOutput(REQUEST, predictor.state);
    predictOutput({ ...REQUEST, inputTokens: 5, session: 's' }, predictor.state);
    expect(predictOutput(REQUEST, predictor.state)).toEqual(first);
  });
});

describe('remembered requests', () => {
  test('are the newest ones, in their order', () => {
    const memory: RequestMemory = { count: 0, columns: noRequests() };
    const row = { input: 1, usual: 2, center: 3, session: 4 };
    const all = REMEMBERED_REQUESTS + 10;
    for (let output = 0; output < all; output += 1) remember(memory, { ...row, output });
    expect(memory.count).toBe(REMEMBERED_REQUESTS);
    expect(memory.columns.outputs[0]).toBe(10);
    expect(memory.columns.outputs[REMEMBERED_REQUESTS - 1]).toBe(all - 1);
    expect(memory.columns.sessions[0]).toBe(4);
  });

  test('keep lengths to a thousandth, and small ones exactly', () => {
    fc.assert(
      fc.property(fc.nat(250_000), (tokens) => {
        const kept = tokensOf(stepsOf(tokens));
        expect(Math.abs(kept - tokens)).toBeLessThanOrEqual(0.001 * (tokens + 1));
        if (tokens <= 1_000) expect(Math.round(kept)).toBe(tokens);
      }),
    );
  });
});
