import { describe, expect, test } from 'vitest';
import { modelStem } from '../../domain/pricing/model-id.ts';
import type { Answer } from '../support/http-event.ts';
import {
  aiRequest,
  BUDGET,
  CARD,
  eventOf,
  HAIKU,
  openModelDesk,
  OPUS,
  RESERVE,
  SONNET,
} from '../support/model-desk.ts';

const { aggregate, ask, budgetOf, ok, reserve, send, setBudget, settle, stateOf } = openModelDesk();

describe('a name that stands for another model by a rate card', () => {
  const ARN = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/team1';
  const sameAs = (model: string, over: object = {}) =>
    ok(CARD, { params: { model: ARN }, body: { sameAs: model, ...over } });
  const usage = { inputTokens: 1_000, outputTokens: 100 };

  test('is held and spent under the budget of that model, and keeps its name', async () => {
    await sameAs(OPUS);
    await setBudget('model', OPUS, '1');
    const reserved = await reserve({ model: ARN });
    expect(reserved.json).toMatchObject({ decision: 'proceed', model: OPUS, requestedModel: ARN });
    expect((await budgetOf('model', OPUS))['reservedUsd']).toBe(reserved.json['allocatedUsd']);
    await settle(reserved, { usage, model: ARN });
    expect(await budgetOf('model', OPUS)).toMatchObject({ settledUsd: '0.007500000' });
    expect(await stateOf(reserved)).toMatchObject({ model: OPUS, requestedModel: ARN });
    const event = eventOf({ model: ARN });
    await send(event);
    expect((await send(event)).json).toMatchObject({ duplicates: 1 });
    expect(await budgetOf('model', OPUS)).toMatchObject({ settledUsd: '0.015000000' });
    await setBudget('model', OPUS, '0.016');
    const { status } = await reserve({ model: ARN, downgrade: false });
    expect(status).toBe(429);
    const check = { userId: 'ada', estimatedCostUsd: '0.1', model: ARN };
    const checked = await ok('POST /v1/budgets/check', { body: check });
    expect(checked.headers['x-purser-decision']).toBe('reject');
  });

  test('is stopped by a control on that model, and has its cheaper siblings', async () => {
    await sameAs(OPUS);
    const control = { scope: 'model', scopeId: OPUS, action: 'disable', reason: 'test' };
    await ok('POST /v1/controls', { body: control });
    const refused = await reserve({ model: ARN, downgrade: false });
    expect(refused.json['code']).toBe('control_in_force');
    const sibling = await reserve({ model: ARN });
    expect(sibling.json).toMatchObject({ decision: 'downgrade', model: SONNET });
    expect(sibling.json['requestedModel']).toBeUndefined();
    const { json } = await ok('POST /v1/predictions', { body: aiRequest({ model: ARN }) });
    expect(json['model']).toBe(OPUS);
  });

  test('answers a repeated key as before, also after its card has changed', async () => {
    await sameAs(OPUS);
    const headers = { 'idempotency-key': 'one-request' };
    const body = aiRequest({ model: ARN });
    const first = await ok(RESERVE, { body, headers });
    await sameAs(SONNET);
    await new Promise((later) => setTimeout(later, 2_100));
    const again = await ok(RESERVE, { body, headers });
    expect(again.json).toMatchObject({
      reservationId: first.json['reservationId'],
      decision: 'proceed',
      model: OPUS,
      requestedModel: ARN,
    });
    await settle(again, { usage });
    expect((await reserve({ model: ARN })).json).toMatchObject({ model: SONNET });
  });

  test('may serve what was reserved for another model', async () => {
    await sameAs(OPUS);
    await setBudget('model', OPUS, '0.001');
    await setBudget('model', HAIKU, '1');
    const reserved = await reserve({ model: HAIKU });
    await settle(reserved, { usage, model: ARN });
    expect(await budgetOf('model', HAIKU)).toMatchObject({
      settledUsd: '0.000000000',
      reservedUsd: '0.000000000',
    });
    expect(await budgetOf('model', OPUS)).toMatchObject({
      settledUsd: '0.007500000',
      overageUsd: '0.006500000',
    });
    await aggregate(reserved);
    const { json } = await ok('GET /v1/usage', { query: { model: OPUS } });
    expect(json['items']).toMatchObject([{ model: OPUS, costUsd: '0.007500000' }]);
  });

  test('loses its name where another model served the request', async () => {
    await sameAs(OPUS);
    const reserved = await reserve({ model: ARN });
    await settle(reserved, { usage, model: HAIKU });
    const state = await stateOf(reserved);
    expect([state['model'], state['requestedModel']]).toEqual([HAIKU, undefined]);
  });

  test('has no limits of its own as soon as a card that begins later is set', async () => {
    await sameAs(OPUS, { effectiveFrom: '2199-01-01T00:00:00Z' });
    const params = { scope: 'model', scopeId: ARN, period: 'daily' };
    const budget = await ask(`PUT ${BUDGET}`, { params, body: { limitUsd: '1' } });
    expect([budget.status, budget.json['errors']]).toMatchObject([400, [{ field: 'scopeId' }]]);
    expect(budget.text).toContain(OPUS);
  });

  const scope = { scope: 'model', scopeId: ARN };
  const thresholds = '/v1/thresholds/{scope}/{scopeId}';
  const levels = [{ name: 'warning', amountUsd: '1', action: 'alert' }];
  const limits = [
    {
      what: 'budget model/',
      set: () =>
        ok(`PUT ${BUDGET}`, { params: { ...scope, period: 'daily' }, body: { limitUsd: '1' } }),
      remove: () => ok(`DELETE ${BUDGET}`, { params: { ...scope, period: 'daily' } }),
    },
    {
      what: 'levels of model/',
      set: () => ok(`PUT ${thresholds}`, { params: scope, body: { levels } }),
      remove: () => ok(`DELETE ${thresholds}`, { params: scope }),
    },
    {
      what: 'a control of model/',
      set: () => ok('POST /v1/controls', { body: { ...scope, action: 'disable', reason: 'test' } }),
      remove: (answer: Answer) =>
        ok('POST /v1/controls/{id}/reverse', {
          params: { id: String(answer.json['controlId']) },
          body: { reason: 'test' },
        }),
    },
  ];
  test.each(limits)('is refused while there are limits: $what', async ({ what, set, remove }) => {
    const answer = await set();
    const card = await ask(CARD, { params: { model: ARN }, body: { sameAs: OPUS } });
    expect([card.status, card.json['errors']]).toMatchObject([409, [{ field: 'sameAs' }]]);
    expect(card.text).toContain(what);
    expect(card.text).toContain(`set it for model/${modelStem(OPUS)}`);
    await remove(answer);
    await sameAs(OPUS);
  });

  test('has no limits of its own, and no built-in price', async () => {
    await sameAs(OPUS);
    const params = { scope: 'model', scopeId: ARN, period: 'daily' };
    const budget = await ask(`PUT ${BUDGET}`, { params, body: { limitUsd: '1' } });
    expect([budget.status, budget.json['errors']]).toMatchObject([400, [{ field: 'scopeId' }]]);
    const control = { scope: 'model', scopeId: ARN, action: 'disable', reason: 'test' };
    const refused = await ask('POST /v1/controls', { body: control });
    expect([refused.status, refused.json['errors']]).toMatchObject([400, [{ field: 'scopeId' }]]);
    const put = { params: { scope: 'model', scopeId: ARN }, body: { levels } };
    expect((await ask('PUT /v1/thresholds/{scope}/{scopeId}', put)).status).toBe(400);
    const card = await ask(CARD, { params: { model: HAIKU }, body: { sameAs: OPUS } });
    expect([card.status, card.json['errors']]).toMatchObject([400, [{ field: 'sameAs' }]]);
  });
});
