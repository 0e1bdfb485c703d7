import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';
const CARD = 'PUT /v1/rate-cards/{model}';
const OPUS = 'anthropic.claude-opus-4-6-v1';
const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

let store: EmbeddedStore;
let deployed: Deployed;
let organizationId = '';
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store);
});
beforeEach(() => {
  organizationId = `models-${(organizations += 1)}`;
});
afterEach(async () => {
  const report = await checkLedger(createLedgerStore(store.db, { retentionDays: 400 }));
  expect(report.violations).toEqual([]);
});
afterAll(async () => {
  await deployed.close();
  await store.close();
});

const ask = async (routeKey: string, request: object = {}): Promise<Answer> =>
  call(await deployed.handlerOf(routeKey), routeKey, { organizationId, ...request });

async function ok(routeKey: string, request: object = {}): Promise<Answer> {
  const answer = await ask(routeKey, request);
  expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

const aiRequest = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  model: SONNET,
  inputTokens: 10_000,
  maxOutputTokens: 1_000,
  ...over,
});
const reserve = (over: object = {}): Promise<Answer> => ask(RESERVE, { body: aiRequest(over) });

const setBudget = (scope: string, scopeId: string, limitUsd: string, over: object = {}) =>
  ok(`PUT ${BUDGET}`, { params: { scope, scopeId, period: 'daily' }, body: { limitUsd, ...over } });

const eventOf = (over: object = {}) => ({
  eventId: randomUUID(),
  at: new Date().toISOString(),
  system: 'relaycore',
  userId: 'ada',
  model: SONNET,
  usage: { inputTokens: 1_000, outputTokens: 100 },
  ...over,
});
const send = (...events: object[]): Promise<Answer> => ok('POST /v1/usage', { body: { events } });

describe('the models that may serve a request', () => {
  /** Room for haiku, and for nothing dearer. */
  const tight = () => setBudget('user', 'ada', '0.02');

  test('are those that the caller names, and their cheaper siblings where none are named', async () => {
    await tight();
    expect((await reserve({ model: OPUS })).json).toMatchObject({
      decision: 'downgrade',
      model: HAIKU,
    });
    await setBudget('user', 'ada', '0.04');
    const closed = await reserve({ model: undefined, candidates: [OPUS, SONNET] });
    expect(closed.status, closed.text).toBe(429);
    const named = await reserve({ model: OPUS, candidates: [SONNET, HAIKU] });
    expect(named.json).toMatchObject({ decision: 'downgrade', model: HAIKU });
    const prediction = named.json['prediction'] as { alternatives: { model: string }[] };
    expect(prediction.alternatives.map(({ model }) => model)).toEqual([SONNET, HAIKU]);
  });

  test('are one where the caller says no to downgrades', async () => {
    await tight();
    expect((await reserve({ model: OPUS, downgrade: false })).status).toBe(429);
    const candidates = [OPUS, HAIKU];
    const refused = await reserve({ model: OPUS, candidates, downgrade: false });
    expect(refused.status).toBe(429);
    const open = await reserve({ model: undefined, candidates, downgrade: false });
    expect(open.json).toMatchObject({ decision: 'proceed', model: HAIKU });
  });

  test('are the same in a prediction', async () => {
    const alternativesOf = async (over: object) => {
      const { json } = await ok('POST /v1/predictions', { body: aiRequest(over) });
      return (json['alternatives'] as { model: string }[]).map(({ model }) => model);
    };
    expect(await alternativesOf({ model: OPUS })).toContain(HAIKU);
    expect(await alternativesOf({ model: OPUS, candidates: [SONNET] })).toEqual([SONNET]);
    expect(await alternativesOf({ model: OPUS, downgrade: false })).toEqual([]);
  });

  test('do not escape a control that asks for a cheaper one', async () => {
    const control = { scope: 'user', scopeId: 'ada', action: 'throttle', tier: 1, reason: 'test' };
    await ok('POST /v1/controls', { body: control });
    expect((await reserve({ model: OPUS })).json['model']).not.toBe(OPUS);
    for (const over of [{ downgrade: false }, { candidates: [OPUS] }]) {
      const { status, json } = await reserve({ model: OPUS, ...over });
      expect([status, json['code']]).toEqual([429, 'control_in_force']);
    }
    expect((await reserve({ model: HAIKU, downgrade: false })).status).toBe(201);
  });
});

describe('a model that its organization runs itself', () => {
  const LLAMA = 'own.llama';
  const free = { inputUsdPerMillion: '0', outputUsdPerMillion: '0' };

  test('is free only where the source of its price says so', async () => {
    const { status, json } = await ask(CARD, { params: { model: LLAMA }, body: free });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([
      { field: 'inputUsdPerMillion' },
      { field: 'outputUsdPerMillion' },
    ]);
    const body = { ...free, source: 'our own machines' };
    await ok(CARD, { params: { model: LLAMA }, body });
    const predicted = await ok('POST /v1/predictions', { body: aiRequest({ model: LLAMA }) });
    expect(predicted.json).toMatchObject({
      expectedCostUsd: '0.000000000',
      ceilingUsd: '0.000000000',
      confidence: 1,
    });
    const step = { request: aiRequest({ model: LLAMA }), times: 3 };
    const workflow = await ok('POST /v1/predictions', { body: { steps: [step] } });
    expect(workflow.json).toMatchObject({ upperBoundUsd: '0.000000000' });
    expect(workflow.text).not.toContain('null');
  });

  test.each(['exact', 'escrow'])(
    'is admitted by an overdrawn budget that is %s, and held back by a control',
    async (mode) => {
      const body = { ...free, source: 'our own machines' };
      await ok(CARD, { params: { model: LLAMA }, body });
      await setBudget('user', 'ada', '0.001', { mode });
      await setBudget('organization', organizationId, '0.001', { mode });
      await send(eventOf({ usage: { inputTokens: 0, outputTokens: 1_000_000 } }));
      expect((await reserve()).status).toBe(429);
      const reserved = await reserve({ model: LLAMA });
      expect(reserved.json).toMatchObject({ decision: 'proceed', allocatedUsd: '0.000000000' });
      const params = { id: String(reserved.json['reservationId']) };
      const usage = { inputTokens: 10_000, outputTokens: 500 };
      const settled = await ok('POST /v1/reservations/{id}/settle', { params, body: { usage } });
      expect(settled.json).toMatchObject({ settledUsd: '0.000000000' });
      const control = { scope: 'model', scopeId: LLAMA, action: 'disable', reason: 'test' };
      await ok('POST /v1/controls', { body: control });
      await new Promise((later) => setTimeout(later, 2_100));
      expect((await reserve({ model: LLAMA })).json['code']).toBe('control_in_force');
    },
  );
});

describe('an event sent again with other content', () => {
  test('is a conflict that names the field, against the batch and what is recorded', async () => {
    const event = eventOf();
    const dearer = { ...event, usage: { inputTokens: 1_000, outputTokens: 900 } };
    const within = await send(event, dearer, event);
    expect(within.json).toMatchObject({
      accepted: 1,
      duplicates: 1,
      rejected: [{ index: 1, code: 'conflict', field: 'usage.outputTokens' }],
    });
    const later = await send(event, { ...event, userId: 'bob' }, dearer);
    expect(later.json).toMatchObject({
      accepted: 0,
      duplicates: 1,
      rejected: [
        { index: 1, code: 'conflict', field: 'userId' },
        { index: 2, code: 'conflict', field: 'usage.outputTokens' },
      ],
    });
  });
});
