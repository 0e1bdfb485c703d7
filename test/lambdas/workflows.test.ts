import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { budgetServices } from '../../composition/budgets.ts';
import {
  decisionServices,
  sweepServices,
  voidServices,
  workflowServices,
} from '../../composition/reservations.ts';
import { stores } from '../../composition/stores.ts';
import { createHandler as createBudgets } from '../../lambdas/budgets/handler.ts';
import { createHandler as createExtension } from '../../lambdas/extend-reservation/handler.ts';
import { createHandler as createDecisions } from '../../lambdas/reserve/handler.ts';
import { createHandler as createSweep } from '../../lambdas/sweep-reservations/handler.ts';
import { createHandler as createVoid } from '../../lambdas/void-reservation/handler.ts';
import { createHandler } from '../../lambdas/workflows/handler.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { MODEL } from '../support/reserving.ts';
import { difference, sum } from '../support/usd-sums.ts';
import { ENTRY_STORAGE, HOLD_MS, testWorld } from '../support/world.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const BUDGET = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';
/** Haiku 4.5: 1 USD and 5 USD per million. A call holds 0.0015 USD at most. */
const REQUEST = {
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 100,
};

let store: EmbeddedStore;
let nowMs = START_MS;
let organizations = 0;
let organizationId = '';
let handlers: Record<'budgets' | 'decisions' | 'voids' | 'extensions' | 'workflows', unknown>;
let sweep: () => Promise<unknown>;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = { ...testWorld(() => nowMs), pause: () => Promise.resolve() };
  handlers = {
    budgets: createBudgets({ ...world, ...budgetServices(store.db, world) }),
    decisions: createDecisions({ ...world, ...decisionServices(store.db, world) }),
    voids: createVoid({ ...world, ...voidServices(store.db, world) }),
    extensions: createExtension({ ...world, ...voidServices(store.db, world) }),
    workflows: createHandler({ ...world, ...workflowServices(store.db, world) }),
  };
  sweep = createSweep({ ...world, ...sweepServices(store.db, world) });
});
beforeEach(() => {
  nowMs = START_MS + organizations * 86_400_000;
  organizationId = `acme-${(organizations += 1)}`;
});
afterEach(async () => {
  const { violations } = await checkLedger(stores(store.db, ENTRY_STORAGE).ledger);
  expect(violations).toEqual([]);
});
afterAll(() => store.close());

type Request = NonNullable<Parameters<typeof call>[2]>;
const ask = (handler: unknown, routeKey: string, request: Request): Promise<Answer> =>
  call(handler, routeKey, { organizationId, role: 'caller', ...request });
async function ok(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { status, text, json } = await answer;
  expect(status, text).toBeLessThan(300);
  return json;
}

const limit = (scope: string, scopeId: string, body: object, period = 'daily') =>
  ok(ask(handlers.budgets, BUDGET, { role: 'admin', params: { scope, scopeId, period }, body }));
async function budget(scope: string, scopeId: string, period = 'daily') {
  const params = { scope, scopeId, period };
  const view = await ok(
    ask(handlers.budgets, 'GET /v1/budgets/{scope}/{scopeId}/{period}', { params }),
  );
  const { settledUsd, reservedUsd, availableUsd, requests } = view;
  return { settledUsd, reservedUsd, availableUsd, requests };
}
const open = (steps: object[], further: object = {}, request: Request = {}) =>
  ask(handlers.workflows, 'POST /v1/workflows', { body: { steps, ...further }, ...request });
const openId = async (steps: object[], further?: object): Promise<string> =>
  String((await ok(open(steps, further)))['workflowId']);
const show = (id: string) =>
  ok(ask(handlers.workflows, 'GET /v1/workflows/{id}', { params: { id } }));
const close = (id: string, request: Request = {}) =>
  ask(handlers.workflows, 'POST /v1/workflows/{id}/close', { params: { id }, ...request });
const reserve = (workflowId: string | undefined, further: object = {}, request: Request = {}) =>
  ask(handlers.decisions, 'POST /v1/reservations', {
    body: { ...REQUEST, workflowId, ...further },
    ...request,
  });
const reserveId = async (workflowId?: string, further: object = {}): Promise<string> =>
  String((await ok(reserve(workflowId, further)))['reservationId']);
const settle = (id: string, outputTokens: number) =>
  ask(handlers.decisions, 'POST /v1/reservations/{id}/settle', {
    params: { id },
    body: { usage: { inputTokens: 1_000, outputTokens } },
  });
const release = (id: string) =>
  ask(handlers.voids, 'POST /v1/reservations/{id}/void', { params: { id } });

describe('a workflow', () => {
  test('holds the bound of all its steps at once, in every budget but those of models', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    await limit('organization', organizationId, { limitUsd: '5' }, 'monthly');
    await limit('model', MODEL, { limitUsd: '1' });
    const opened = await ok(
      open([
        { ...REQUEST, times: 3 },
        { request: REQUEST, retries: 1 },
      ]),
    );
    expect(opened).toMatchObject({
      state: 'open',
      userId: 'ada',
      drawnUsd: '0.000000000',
      remainingUsd: opened['allocatedUsd'],
      releasedUsd: '0.000000000',
      steps: [{ expectedRuns: 3 }, { expectedRuns: 1.1 }],
    });
    const held = opened['allocatedUsd'];
    // Less than the sum of the bounds of its calls.
    expect(Number(held)).toBeGreaterThan(0.004);
    expect(Number(held)).toBeLessThan(5 * 0.0015);
    expect(await budget('user', 'ada')).toMatchObject({ reservedUsd: held });
    expect(await budget('organization', organizationId, 'monthly')).toMatchObject({
      reservedUsd: held,
    });
    expect(await budget('model', MODEL)).toMatchObject({ reservedUsd: '0.000000000' });
  });

  test('pays for its calls, which return what they do not spend', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    await limit('model', MODEL, { limitUsd: '1' });
    const id = await openId([{ ...REQUEST, times: 3 }]);
    const { allocatedUsd } = await show(id);
    const answer = await ok(reserve(id));
    const call1 = String(answer['reservationId']);
    const drawnUsd = answer['allocatedUsd'];
    expect(await show(id)).toMatchObject({ allocatedUsd, drawnUsd });
    expect(await budget('user', 'ada')).toMatchObject({ reservedUsd: allocatedUsd });
    expect(await budget('model', MODEL)).toMatchObject({ reservedUsd: drawnUsd });
    const call2 = await reserveId(id);
    expect(await ok(settle(call1, 20))).toMatchObject({ settledUsd: '0.001100000' });
    expect(await show(id)).toMatchObject({ drawnUsd: sum('0.0011', String(drawnUsd)) });
    expect(await ok(release(call2))).toMatchObject({ releasedUsd: drawnUsd });
    expect(await show(id)).toMatchObject({ drawnUsd: '0.001100000' });
    expect(await budget('user', 'ada')).toMatchObject({
      settledUsd: '0.001100000',
      reservedUsd: difference(String(allocatedUsd), '0.0011'),
    });
    expect(await budget('model', MODEL)).toMatchObject({
      settledUsd: '0.001100000',
      reservedUsd: '0.000000000',
    });
  });

  test('guards its money from others, and calls beyond it hold their own', async () => {
    const id = await openId([REQUEST]);
    await close(id);
    await limit('user', 'ada', { limitUsd: '0.0031' });
    const tight = await openId([{ ...REQUEST, times: 2 }]);
    const { allocatedUsd } = await show(tight);
    expect(Number(allocatedUsd)).toBeGreaterThan(0.0016);
    // The rest of the budget is too small for any call.
    expect((await reserve(undefined)).status).toBe(429);
    const first = await reserveId(tight);
    await ok(settle(first, 0));
    await reserveId(tight);
    const beyond = await reserve(tight);
    expect(beyond.status, beyond.text).toBe(429);
    expect(beyond.json).toMatchObject({ decidingBudgetId: 'user/ada/daily' });
    await limit('user', 'ada', { limitUsd: '1' });
    const own = await reserveId(tight);
    await ok(release(own));
    expect(Number((await show(tight))['drawnUsd'])).toBeLessThanOrEqual(Number(allocatedUsd));
  });

  test("pays although the user's wallet has idle what the call needs of its model's budget", async () => {
    await limit('user', 'ada', { limitUsd: '0.0027' });
    await limit('model', MODEL, { limitUsd: '0.1', mode: 'escrow' });
    await ok(settle(await reserveId(), 20));
    await ok(reserve(undefined, { userId: 'bob', inputTokens: 92_500, maxOutputTokens: 1 }));
    const id = await openId([REQUEST]);
    expect([(await reserve(undefined)).status, (await reserve(id)).status]).toEqual([429, 201]);
    expect(await show(id)).toMatchObject({ remainingUsd: '0.000000000' });
  });

  test('gives the rest back when it is closed, and again answers the same', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    const id = await openId([{ ...REQUEST, times: 4 }]);
    const inFlight = await reserveId(id);
    const { allocatedUsd, drawnUsd, remainingUsd } = await show(id);
    const closed = await ok(close(id));
    expect(closed).toMatchObject({ state: 'closed', allocatedUsd, drawnUsd });
    expect(closed['releasedUsd']).toBe(remainingUsd);
    expect(await ok(close(id))).toEqual(closed);
    expect(await budget('user', 'ada')).toMatchObject({ reservedUsd: drawnUsd });
    await ok(settle(inFlight, 10));
    expect(await budget('user', 'ada')).toMatchObject({
      reservedUsd: '0.000000000',
      settledUsd: '0.001050000',
    });
    expect(await ok(reserve(id))).toMatchObject({ state: 'reserved' });
  });

  test('gives the rest back when it expires, and can be extended before', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    const id = await openId([{ ...REQUEST, times: 2 }], { holdSeconds: 600 });
    const extension = { params: { id }, body: { holdSeconds: 1_200 } };
    await ok(ask(handlers.extensions, 'POST /v1/reservations/{id}/extend', extension));
    nowMs += 700_000;
    await sweep();
    expect(await show(id)).toMatchObject({ state: 'open' });
    nowMs += 600_000;
    expect(await show(id)).toMatchObject({ state: 'expired', remainingUsd: '0.000000000' });
    await ok(reserve(id));
    await sweep();
    const { releasedUsd, allocatedUsd } = await show(id);
    expect(releasedUsd).toBe(allocatedUsd);
    expect(await ok(close(id))).toMatchObject({ state: 'expired', releasedUsd });
    nowMs += HOLD_MS;
    await sweep();
    expect(await budget('user', 'ada')).toMatchObject({ reservedUsd: '0.000000000' });
  });

  test('leaves limits of requests to its calls', async () => {
    await limit('user', 'ada', { limit: { usd: '1', requests: 2 } });
    const id = await openId([{ ...REQUEST, times: 3 }]);
    await reserveId(id);
    await ok(settle(await reserveId(id), 1));
    const third = await reserve(id);
    expect(third.status, third.text).toBe(429);
    expect(third.json).toMatchObject({ unit: 'requests' });
    expect(await budget('user', 'ada')).toMatchObject({
      requests: { settled: 1, reserved: 1, available: 0 },
    });
  });

  test('pays for calls side by side, each once', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    const id = await openId([{ ...REQUEST, times: 12 }]);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, position) =>
        reserve(id, {}, { headers: { 'idempotency-key': `call-${position}` } }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    for (const { status } of answers) expect([201, 503]).toContain(status);
    const again = await reserve(id, {}, { headers: { 'idempotency-key': 'call-0' } });
    expect(again.status).toBe(201);
    await Promise.all(made.map(({ json }) => settle(String(json['reservationId']), 5)));
  });

  test('holds in budgets that lend, after drawing in what wallets have idle', async () => {
    await limit('organization', organizationId, { limitUsd: '0.02', mode: 'escrow' });
    const lent = await reserveId(await openId([{ ...REQUEST, inputTokens: 0 }]), {});
    await ok(settle(lent, 1));
    await ok(settle(String((await ok(reserve(undefined)))['reservationId']), 1));
    const id = await openId([{ ...REQUEST, times: 8 }]);
    await ok(settle(await reserveId(id), 50));
    await ok(close(id));
  });

  test('belongs to the periods in which it was opened', async () => {
    await limit('user', 'ada', { limitUsd: '1' });
    nowMs = Math.floor(nowMs / 86_400_000) * 86_400_000 + 86_400_000 - 60_000;
    const id = await openId([{ ...REQUEST, times: 2 }]);
    nowMs += 120_000;
    await reserveId(id);
    expect(await show(id)).toMatchObject({ drawnUsd: '0.000000000' });
    expect(Number((await budget('user', 'ada')).reservedUsd)).toBeGreaterThan(0.001);
  });
});

describe('POST /v1/workflows', () => {
  test('refuses what does not fit, and writes nothing', async () => {
    await limit('user', 'ada', { limitUsd: '0.002' });
    const { status, json } = await open([{ ...REQUEST, times: 3 }]);
    expect(status).toBe(429);
    expect(json).toMatchObject({ decidingBudgetId: 'user/ada/daily', decision: 'reject' });
    expect(await budget('user', 'ada')).toMatchObject({ reservedUsd: '0.000000000' });
  });

  test('makes one workflow per key', async () => {
    const request = { headers: { 'idempotency-key': 'run-1' } };
    const first = await ok(open([REQUEST], {}, request));
    expect(await ok(open([REQUEST], {}, request))).toEqual(first);
    expect((await open([REQUEST, REQUEST], {}, request)).status).toBe(409);
    expect((await reserve(undefined, {}, request)).status).toBe(409);
    await ok(close(String(first['workflowId'])));
    expect((await open([REQUEST], {}, request)).status).toBe(409);
  });

  test.each([
    [[REQUEST, { ...REQUEST, userId: 'bob' }], 'steps[1].request.userId'],
    [[{ ...REQUEST, model: 'nobody.knows' }], 'steps[0].request.model'],
    [[], 'steps'],
  ])('names what is wrong: %j', async (steps, field) => {
    const { status, json } = await open(steps);
    expect([400, 422]).toContain(status);
    expect(json['errors']).toMatchObject([{ field }]);
  });

  test('is for its own principals', async () => {
    const id = await openId([REQUEST]);
    expect((await reserve(id, { userId: 'bob' })).json).toMatchObject({
      errors: [{ field: 'workflowId' }],
    });
    expect((await reserve(await reserveId())).status).toBe(400);
    expect((await close(id, { limits: { users: ['bob'] } })).status).toBe(404);
    expect((await close(id, { organizationId: 'other' })).status).toBe(404);
    const settled = await settle(id, 1);
    expect(settled.status).toBe(409);
    expect(settled.json['detail']).toContain('close it with POST /v1/workflows/{id}/close');
  });
});
