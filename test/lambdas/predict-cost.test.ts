import { selectionServices } from '../../composition/selection.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/predict-cost/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';

const POST = 'POST /v1/predictions';
const REQUEST = {
  system: 'relaycore',
  userId: 'ada',
  model: 'anthropic.claude-sonnet-4-6',
  prompt: 'Who holds the purse?',
};

let store: EmbeddedStore;
let handler: ReturnType<typeof createHandler>;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => Date.parse('2026-11-21T12:00:00Z'));
  handler = createHandler({
    ...world,
    ...selectionServices(store.db, world),
    newId: () => 'prediction-1',
  });
});
afterAll(() => store.close());

describe('POST /v1/predictions', () => {
  test('answers every field of the interface, and the cost in a header', async () => {
    const { json: body, headers } = await call(handler, POST, { body: REQUEST });
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining([
        'predictionId',
        'expectedCostUsd',
        'upperBoundUsd',
        'upperBoundProbability',
        'ceilingUsd',
        'confidence',
        'basis',
        'inputTokens',
        'expectedOutputTokens',
        'recommendedModel',
        'alternatives',
        'predictor',
      ]),
    );
    expect(headers['x-purser-cost-usd']).toBe(body['expectedCostUsd']);
  });

  test('prices a workflow', async () => {
    const steps = [
      { request: REQUEST, times: 4 },
      { request: REQUEST, probability: 0.5 },
    ];
    const { status, json } = await call(handler, POST, { body: { steps } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ basis: 'workflow', steps: [{ expectedRuns: 4 }, {}] });
  });

  test.each([
    [{ ...REQUEST, model: 'nobody.knows' }, 422, 'model'],
    [{ ...REQUEST, other: 1 }, 400, 'other'],
    [{ ...REQUEST, maxOutputTokens: -5 }, 400, 'maxOutputTokens'],
    [{ ...REQUEST, userId: undefined }, 400, 'userId'],
    [{ ...REQUEST, prompt: undefined }, 400, 'inputTokens'],
    [{ steps: [] }, 400, 'steps'],
    [{ steps: [{ request: REQUEST, times: 0 }] }, 400, 'steps[0].times'],
    [
      { steps: [{ request: { ...REQUEST, model: 'nobody.knows' } }] },
      422,
      'steps[0].request.model',
    ],
  ])('refuses %j with %i, naming %s', async (body, expected, field) => {
    const { status, contentType, json } = await call(handler, POST, { body });
    expect(status).toBe(expected);
    expect(contentType).toBe('application/problem+json');
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });
});
