import { describe, expect, test } from 'vitest';
import type { Answer } from '../support/http-event.ts';
import { BUDGET, eventOf, HAIKU, openModelDesk, SONNET } from '../support/model-desk.ts';

/** What a request of `aiRequest` may use at most. */
const BOUND = 11_000;

const desk = openModelDesk();
const { ask, budgetOf, ok, send } = desk;

const reserve = (over: object = {}): Promise<Answer> =>
  desk.reserve({ model: undefined, candidates: [SONNET], ...over });

const put = (scope: string, scopeId: string, body: object): Promise<Answer> =>
  ask(`PUT ${BUDGET}`, { params: { scope, scopeId, period: 'daily' }, body });

async function setLimit(scope: string, scopeId: string, limit: object): Promise<void> {
  const answer = await put(scope, scopeId, { limit });
  expect(answer.status, answer.text).toBe(200);
}

const settle = (reserved: Answer, over: object = {}): Promise<Answer> =>
  desk.settle(reserved, {
    usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 4 },
    ...over,
  });

const voidOf = ({ json }: Answer): Promise<Answer> =>
  ok('POST /v1/reservations/{id}/void', { params: { id: String(json['reservationId']) } });

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
    await voidOf(first);
    const second = await reserve();
    expect(second.status, second.text).toBe(201);
    await settle(second);
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
      detail: expect.stringContaining(
        'has no requests left, and this request needs 1 request.',
      ) as string,
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
    await settle(first);
    expect(await budgetOf('user', 'ada')).toMatchObject({
      limit: { usd: '10.000000000', tokens: 2 * BOUND },
      limitUsd: '10.000000000',
      tokens: { limit: 2 * BOUND, settled: 127, reserved: 0, available: 2 * BOUND - 127 },
    });
  });

  test('is exceeded by usage that is reported, which counts in full', async () => {
    await setLimit('user', 'ada', { tokens: 1_000 });
    const usage = { inputTokens: 1_000, outputTokens: 500 };
    await send(eventOf({ usage }), eventOf({ usage }));
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
    await settle(reservation, { model: HAIKU });
    expect((await budgetOf('model', SONNET))['tokens']).toMatchObject({ settled: 0, reserved: 0 });
    expect((await budgetOf('model', HAIKU))['tokens']).toMatchObject({ settled: 127, reserved: 0 });
  });
});

test('a check judges the tokens that a request may use', async () => {
  await setLimit('user', 'ada', { tokens: BOUND });
  const check = { userId: 'ada', estimatedCostUsd: '0.01', inputTokens: 10_000 };
  const decided = async (maxOutputTokens: number) =>
    (await ok('POST /v1/budgets/check', { body: { ...check, maxOutputTokens } })).json['decision'];
  expect(await decided(1_000)).toBe('proceed');
  expect(await decided(1_001)).toBe('reject');
});

describe('a budget with limits of counts', () => {
  test('has no limit or overage of money in its periods', async () => {
    await setLimit('user', 'ada', { requests: 5 });
    await settle(await reserve());
    const params = { scope: 'user', scopeId: 'ada', period: 'daily' };
    const { json } = await ok(`GET ${BUDGET}/periods`, { params });
    const [period] = json['items'] as Record<string, unknown>[];
    expect(Number(period?.['settledUsd'])).toBeGreaterThan(0);
    expect(period).toMatchObject({ overageUsd: '0.000000000' });
    expect(period).not.toHaveProperty('limitUsd');
  });

  test('holds together with budgets that lend, all or nothing', async () => {
    const lending = await put('organization', desk.organizationId(), {
      limitUsd: '1',
      mode: 'escrow',
    });
    expect(lending.status, lending.text).toBe(200);
    await setLimit('user', 'ada', { requests: 2, tokens: 5 * BOUND });
    const first = await reserve();
    const second = await reserve();
    expect((await reserve()).json).toMatchObject({ unit: 'requests' });
    await voidOf(first);
    await settle(second);
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
    await settle(before);
    await voidOf(after);
    const limit = { settled: 0, reserved: 0, available: 1 };
    expect((await budgetOf('user', 'ada'))['requests']).toMatchObject(limit);
  });

  test('counts on when its limit changes', async () => {
    await setLimit('user', 'ada', { requests: 1 });
    await settle(await reserve());
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
    [{ limit: { requests: 1 }, rollover: { capUsd: '1' } }, 'rollover'],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await put('user', 'ada', body);
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field }]);
  });

  test.each([
    [{ limit: { requests: 1 } }, { mode: 'escrow' }, 'mode'],
    [{ limitUsd: '9', mode: 'escrow' }, { limit: { tokens: 1 } }, 'limit'],
    [{ limit: { requests: 1 } }, { rollover: { capUsd: '1' } }, 'rollover'],
    [
      { limit: { usd: '9', requests: 1 }, rollover: { capUsd: '1' } },
      { limit: { usd: null } },
      'limit.usd',
    ],
  ])('of %j is not changed by %j, which would have no effect', async (before, change, field) => {
    expect((await put('user', 'ada', before)).status).toBe(200);
    const { status, json } = await put('user', 'ada', change);
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field }]);
    const withBoth = { ...change, mode: null, rollover: null };
    expect((await put('user', 'ada', withBoth)).status).toBe(200);
  });

  test('is refused where the budget is split into lanes', async () => {
    const split = { limitUsd: '5000', mode: 'escrow', peakRequestsPerSecond: 1_000 };
    expect((await put('organization', desk.organizationId(), split)).status).toBe(200);
    const { status, json } = await put('organization', desk.organizationId(), {
      limit: { tokens: 1 },
    });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'limit' }]);
  });
});
