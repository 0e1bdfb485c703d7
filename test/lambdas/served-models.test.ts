import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { rethrow } from '../support/nothing-apart.ts';
import { silentTelemetry } from '../support/telemetry.ts';

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

const budgetOf = async (scope: string, scopeId: string): Promise<Record<string, unknown>> =>
  (await ok(`GET ${BUDGET}`, { params: { scope, scopeId, period: 'daily' } })).json;

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

describe('a name that stands for another model by a rate card', () => {
  const ARN = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/team1';
  const sameAs = (model: string, over: object = {}) =>
    ok(CARD, { params: { model: ARN }, body: { sameAs: model, ...over } });
  const settle = (reserved: Answer, body: object) => {
    const params = { id: String(reserved.json['reservationId']) };
    return ok('POST /v1/reservations/{id}/settle', { params, body });
  };
  const stateOf = async (reserved: Answer) => {
    const params = { id: String(reserved.json['reservationId']) };
    return (await ok('GET /v1/reservations/{id}', { params })).json;
  };
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
  });

  test('loses its name where another model served the request', async () => {
    await sameAs(OPUS);
    const reserved = await reserve({ model: ARN });
    await settle(reserved, { usage, model: HAIKU });
    const state = await stateOf(reserved);
    expect([state['model'], state['requestedModel']]).toEqual([HAIKU, undefined]);
  });

  test('has no limits of its own, and no built-in price', async () => {
    await sameAs(OPUS);
    const params = { scope: 'model', scopeId: ARN, period: 'daily' };
    const budget = await ask(`PUT ${BUDGET}`, { params, body: { limitUsd: '1' } });
    expect([budget.status, budget.json['errors']]).toMatchObject([400, [{ field: 'scopeId' }]]);
    const control = { scope: 'model', scopeId: ARN, action: 'disable', reason: 'test' };
    const refused = await ask('POST /v1/controls', { body: control });
    expect([refused.status, refused.json['errors']]).toMatchObject([400, [{ field: 'scopeId' }]]);
    const levels = [{ name: 'warning', amountUsd: '1', action: 'alert' }];
    const put = { params: { scope: 'model', scopeId: ARN }, body: { levels } };
    expect((await ask('PUT /v1/thresholds/{scope}/{scopeId}', put)).status).toBe(400);
    const card = await ask(CARD, { params: { model: HAIKU }, body: { sameAs: OPUS } });
    expect([card.status, card.json['errors']]).toMatchObject([400, [{ field: 'sameAs' }]]);
  });
});

describe('a stated cost that is far from the price', () => {
  test('is taken, marked, and told in reports', async () => {
    const reserved = await reserve({ departmentId: 'research' });
    const body = { usage: { inputTokens: 100_000, outputTokens: 10_000 }, actualCostUsd: '0' };
    const params = { id: String(reserved.json['reservationId']) };
    const settled = await ok('POST /v1/reservations/{id}/settle', { params, body });
    expect(settled.json['settledUsd']).toBe('0.000000000');
    const shown = await ok('GET /v1/reservations/{id}', { params });
    expect(shown.json['deviations']).toEqual(['below-price']);
    await aggregate(params.id);
    const [record] = (await ok('GET /v1/usage', {})).json['items'] as Record<string, unknown>[];
    expect(record).toMatchObject({ costUsd: '0.000000000', deviations: ['below-price'] });
    const day = { from: today(), to: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) };
    const report = await ok('GET /v1/reports/costs', { query: { ...day, groupBy: 'user' } });
    expect(report.json).toMatchObject({
      total: { requests: 1, deviatingRequests: 1 },
      groups: [{ key: 'ada', costUsd: '0.000000000', deviatingRequests: 1 }],
    });
    const csv = await ok('GET /v1/reports/costs', {
      query: { ...day, groupBy: 'user', format: 'csv' },
    });
    expect(csv.text).toMatch(/,deviatingRequests\r\n.*,1\r\n/);
    const chargeback = await ok('GET /v1/reports/chargeback', { query: day });
    expect(chargeback.json['departments']).toMatchObject([
      { departmentId: 'research', deviatingRequests: 1 },
    ]);
  });

  const today = (): string => new Date().toISOString().slice(0, 10);

  /** Counts what a reservation has posted, as the ledger's stream would. */
  async function aggregate(reservationId: string): Promise<void> {
    const ledger = createLedgerStore(store.db, { retentionDays: 400 });
    const entry = await ledger.getReservation(reservationId);
    if (!entry) throw new Error(`${reservationId} is missing`);
    await aggregatePostings(
      {
        usage: createTokenUsageStore(store.db),
        learn: async () => {},
        suspend: rethrow,
        retentionDays: 400,
        telemetry: silentTelemetry(),
        now: Date.now,
      },
      postingsOf(undefined, entry),
    );
  }
});
