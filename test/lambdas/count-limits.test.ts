import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';
const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
/** What a request of `aiRequest` may use at most. */
const BOUND = 11_000;

let store: EmbeddedStore;
let deployed: Deployed;
let organizationId = '';
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store);
});
beforeEach(() => {
  organizationId = `counts-${(organizations += 1)}`;
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

const reserve = (over: object = {}): Promise<Answer> =>
  ask(RESERVE, {
    body: {
      system: 'relaycore',
      userId: 'ada',
      candidates: [SONNET],
      inputTokens: 10_000,
      maxOutputTokens: 1_000,
      ...over,
    },
  });

const idOf = ({ json }: Answer): string => String(json['reservationId']);

const put = (scope: string, scopeId: string, body: object): Promise<Answer> =>
  ask(`PUT ${BUDGET}`, { params: { scope, scopeId, period: 'daily' }, body });

async function setLimit(scope: string, scopeId: string, limit: object): Promise<void> {
  const answer = await put(scope, scopeId, { limit });
  expect(answer.status, answer.text).toBe(200);
}

const budgetOf = async (scope: string, scopeId: string): Promise<Record<string, unknown>> =>
  (await ok(`GET ${BUDGET}`, { params: { scope, scopeId, period: 'daily' } })).json;

const settle = (id: string, over: object = {}): Promise<Answer> =>
  ok('POST /v1/reservations/{id}/settle', {
    params: { id },
    body: {
      usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 4 },
      ...over,
    },
  });

const voidOf = (id: string): Promise<Answer> =>
  ok('POST /v1/reservations/{id}/void', { params: { id } });

describe('a limit of requests', () => {
  test('admits that many of requests that come at once', async () => {
    await setLimit('user', 'ada', { requests: 3 });
    await reserve({ userId: 'bob' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => reserve()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(await budgetOf('user', 'ada')).toMatchObject({
      limit: { requests: 3 },
      requests: { limit: 3, settled: 0, reserved: 3, available: 0 },
    });
  });

  test('gets a request back that was not made, and keeps one that was', async () => {
    await setLimit('user', 'ada', { requests: 1 });
    const first = await reserve();
    await voidOf(idOf(first));
    const second = await reserve();
    expect(second.status, second.text).toBe(201);
    await settle(idOf(second));
    expect((await reserve()).status).toBe(429);
    expect((await budgetOf('user', 'ada'))['requests']).toMatchObject({ settled: 1, reserved: 0 });
  });

  test('says that requests are short, and how many it takes', async () => {
    await setLimit('user', 'ada', { requests: 1 });
    await reserve();
    const { status, json, headers } = await reserve();
    expect(status).toBe(429);
    expect(json).toMatchObject({
      decidingBudgetId: 'user/ada/daily',
      unit: 'requests',
      needed: '1',
      because: 'held',
      detail: expect.stringContaining('0 requests left') as string,
    });
    expect(headers['x-should-retry']).toBe('true');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a limit of tokens', () => {
  test('holds the most that a request may use, and settles what it used', async () => {
    await setLimit('user', 'ada', { usd: '10', tokens: 2 * BOUND });
    const first = await reserve();
    expect(first.json['budgets']).toMatchObject([
      { tokens: { reserved: BOUND, available: BOUND } },
    ]);
    await settle(idOf(first));
    expect(await budgetOf('user', 'ada')).toMatchObject({
      limit: { usd: '10.000000000', tokens: 2 * BOUND },
      limitUsd: '10.000000000',
      tokens: { limit: 2 * BOUND, settled: 127, reserved: 0, available: 2 * BOUND - 127 },
    });
  });

  test('is exceeded by usage that is reported, which counts in full', async () => {
    await setLimit('user', 'ada', { tokens: 1_000 });
    const event = { at: new Date().toISOString(), system: 'relaycore', userId: 'ada' };
    const usage = { inputTokens: 1_000, outputTokens: 500 };
    const events = [1, 2].map(() => ({ ...event, eventId: randomUUID(), model: SONNET, usage }));
    await ok('POST /v1/usage', { body: { events } });
    expect((await budgetOf('user', 'ada'))['tokens']).toEqual({
      limit: 1_000,
      settled: 3_000,
      reserved: 0,
      available: 0,
    });
    const { status, json } = await reserve({ inputTokens: 1, maxOutputTokens: 1 });
    expect(status).toBe(429);
    expect(json).toMatchObject({ unit: 'tokens', needed: '2', because: 'spent' });
  });

  test('is of the model that served the request', async () => {
    await setLimit('model', SONNET, { tokens: 100_000 });
    await setLimit('model', HAIKU, { tokens: 100_000 });
    const reservation = await reserve();
    await settle(idOf(reservation), { model: HAIKU });
    expect((await budgetOf('model', SONNET))['tokens']).toMatchObject({ settled: 0, reserved: 0 });
    expect((await budgetOf('model', HAIKU))['tokens']).toMatchObject({ settled: 127, reserved: 0 });
  });
});

describe('a budget with limits of counts', () => {
  test('holds together with budgets that lend, all or nothing', async () => {
    const lending = await put('organization', organizationId, { limitUsd: '1', mode: 'escrow' });
    expect(lending.status, lending.text).toBe(200);
    await setLimit('user', 'ada', { requests: 2, tokens: 5 * BOUND });
    const first = await reserve();
    const second = await reserve();
    expect((await reserve()).json).toMatchObject({ unit: 'requests' });
    await voidOf(idOf(first));
    await settle(idOf(second));
    expect(await budgetOf('user', 'ada')).toMatchObject({
      requests: { settled: 1, reserved: 0, available: 1 },
      tokens: { settled: 127, reserved: 0 },
    });
  });

  test('counts from the change on that set the limit', async () => {
    expect((await put('user', 'ada', { limitUsd: '10' })).status).toBe(200);
    const before = await reserve();
    await setLimit('user', 'ada', { usd: '10', requests: 1 });
    const after = await reserve();
    await settle(idOf(before));
    await voidOf(idOf(after));
    const limit = { settled: 0, reserved: 0, available: 1 };
    expect((await budgetOf('user', 'ada'))['requests']).toMatchObject(limit);
  });

  test('counts on when its limit changes', async () => {
    await setLimit('user', 'ada', { requests: 1 });
    await settle(idOf(await reserve()));
    await setLimit('user', 'ada', { requests: 3, tokens: 50_000 });
    expect(await budgetOf('user', 'ada')).toMatchObject({
      requests: { limit: 3, settled: 1, available: 2 },
      tokens: { limit: 50_000, settled: 127 },
    });
  });

  test('only warns if it does not enforce', async () => {
    const body = { limit: { requests: 0 }, enforcement: 'warn' };
    expect((await put('user', 'ada', body)).status).toBe(200);
    expect((await reserve()).json).toMatchObject({ warnings: ['user/ada/daily'] });
  });

  test.each([
    [{ timeZone: 'UTC' }, 'limitUsd'],
    [{ limit: {} }, 'limitUsd'],
    [{ limitUsd: '1', limit: { usd: '1' } }, 'limitUsd'],
    [{ limit: { requests: 1 }, mode: 'escrow' }, 'mode'],
    [{ limit: { requests: 1.5 } }, 'limit.requests'],
    [
      { limit: { requests: 1 }, thresholds: [{ name: 'warning', percent: 80, action: 'alert' }] },
      'thresholds[0].percent',
    ],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await put('user', 'ada', body);
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field }]);
  });

  test('is refused where the budget is split into lanes', async () => {
    const split = { limitUsd: '5000', mode: 'escrow', peakRequestsPerSecond: 1_000 };
    expect((await put('organization', organizationId, split)).status).toBe(200);
    const { status, json } = await put('organization', organizationId, { limit: { tokens: 1 } });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'limit' }]);
  });
});
