import { describe, expect, test } from 'vitest';
import { at, daily, total, openBudgetDesk } from '../support/budget-desk.ts';

const DAY_MS = 86_400_000;
const desk = openBudgetDesk();
const { ask, expectBalanced, ok, spend } = desk;

const override = { addUsd: '1', until: '2026-11-21T12:00:00Z', reason: 'Launch day' };

describe('an override', () => {
  test('raises the limit until its end, to the instant, before anything swept', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    await spend('0.9995');
    expect(await spend('0.9')).toBe(429);
    const added = await ok('POST', { params: daily, body: override }, '/overrides');
    const raised = await ok('GET', { params: daily });
    expect(raised).toMatchObject({
      limitUsd: '2.000000000',
      configuredLimitUsd: '1.000000000',
      adjustments: [
        { adjustmentId: added['adjustmentId'], kind: 'override', reason: 'Launch day' },
      ],
    });
    desk.nowMs = at('2026-11-21T11:59:59.999Z');
    expect(await spend('0.1')).toBe(201);
    desk.nowMs = at('2026-11-21T12:00:00Z');
    expect(await spend('0.1')).toBe(429);
    expect(await ok('GET', { params: daily })).toMatchObject({
      limitUsd: '1.000000000',
      settledUsd: '1.099500000',
      overageUsd: '0.099500000',
    });
    expect(await desk.entriesOf('override.end')).toEqual([]);
    await desk.sweep();
    await desk.sweep();
    expect(await desk.entriesOf('override.end')).toMatchObject([
      { actor: 'automatic', before: { addUsd: '1.000000000' } },
    ]);
    expect((await ok('GET', { params: daily }, '/overrides'))['items']).toEqual([]);
    await expectBalanced();
  });

  test('ends by the sweeper where nobody asks, and calls money back from wallets', async () => {
    const shared = { scope: 'organization', scopeId: desk.organizationId, period: 'daily' };
    await ok('PUT', { params: shared, body: { limitUsd: '1', mode: 'escrow' } });
    await ok('POST', { params: shared, body: { ...override, addUsd: '50' } }, '/overrides');
    expect(await spend('0.1')).toBe(201);
    desk.nowMs = at('2026-11-21T12:00:30Z');
    await desk.sweep();
    const { availableUsd, limitUsd } = await ok('GET', { params: shared });
    expect([limitUsd, availableUsd]).toEqual(['1.000000000', '0.900000000']);
    await expectBalanced();
  });

  test('can be removed, needs an end, and tops up a total for good', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    const { adjustmentId } = await ok('POST', { params: daily, body: override }, '/overrides');
    const params = { ...daily, adjustmentId: String(adjustmentId) };
    await ok('DELETE', { params }, '/overrides/{adjustmentId}');
    expect((await ask('DELETE', { params }, '/overrides/{adjustmentId}')).status).toBe(404);
    expect(await ok('GET', { params: daily })).toMatchObject({ limitUsd: '1.000000000' });
    const forever = { addUsd: '5', reason: 'Invoice 7' };
    expect((await ask('POST', { params: daily, body: forever }, '/overrides')).status).toBe(400);
    await ok('PUT', { params: total, body: { limitUsd: '1' } });
    await ok('POST', { params: total, body: forever }, '/overrides');
    desk.nowMs = at('2031-01-01T00:00:00Z');
    expect(await ok('GET', { params: total })).toMatchObject({ limitUsd: '6.000000000' });
    for (const role of ['caller', 'viewer'] as const) {
      const own = await ask('POST', { params: total, body: forever, role }, '/overrides');
      expect(own.status).toBe(403);
    }
  });

  test('can be asked for, and another one decides once', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    const requests = '/override-requests';
    const asked = await ok('POST', { params: daily, body: override, role: 'caller' }, requests);
    const params = { ...daily, requestId: String(asked['requestId']) };
    const decide = (how: string, actor: string) =>
      ask('POST', { params, body: {}, actor, role: 'operator' }, `${requests}/{requestId}/${how}`);
    expect((await decide('approve', 'key-1')).status).toBe(403);
    const approved = await decide('approve', 'key-2');
    expect(approved.json).toMatchObject({ state: 'approved', decidedBy: 'key-2' });
    expect((await decide('deny', 'key-3')).status).toBe(409);
    expect(await ok('GET', { params: daily })).toMatchObject({
      limitUsd: '2.000000000',
      adjustments: [{ adjustmentId: approved.json['adjustmentId'] }],
    });
    expect(desk.world.alerts.told.map(({ kind }) => kind)).toEqual([
      'override_requested',
      'override_decided',
    ]);
    const limits = { users: ['grace'] };
    const foreign = { params: daily, body: override, role: 'caller' as const, limits };
    expect((await ask('POST', foreign, requests)).status).toBe(403);
    for (let n = 1; n < 10; n += 1) {
      await ok('POST', { params: daily, body: override, role: 'caller' }, requests);
    }
    const eleventh = await ask('POST', { params: daily, body: override }, requests);
    expect(eleventh.status).toBe(429);
    expect((await ok('GET', { params: daily }, requests))['items']).toHaveLength(10);
  });
});

describe('a reset', () => {
  test('gives all of the limit again, keeps the books, and ends with the period', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    await spend('0.9995');
    expect(await spend('0.5')).toBe(429);
    const reset = await ok('POST', { params: daily, body: { reason: 'A test run' } }, '/reset');
    expect(reset).toMatchObject({
      limitUsd: '1.000000000',
      settledUsd: '0.000000000',
      availableUsd: '1.000000000',
      adjustments: [{ kind: 'reset', addUsd: '0.999500000', reason: 'A test run' }],
    });
    expect(await spend('0.5')).toBe(201);
    expect(await ok('GET', { params: daily })).toMatchObject({ settledUsd: '0.500000000' });
    const periods = await ok('GET', { params: daily }, '/periods');
    expect(periods['items']).toMatchObject([{ settledUsd: '1.499500000' }]);
    desk.nowMs += DAY_MS;
    expect(await ok('GET', { params: daily })).toMatchObject({ availableUsd: '1.000000000' });
    await expectBalanced();
  });
});

describe('a reset of requests and tokens', () => {
  const limit = { usd: '1', requests: 2, tokens: 1_000_000 };
  const requestsOf = async () => (await ok('GET', { params: daily }))['requests'];

  test('gives back what was counted, and counts again from there', async () => {
    await ok('PUT', { params: daily, body: { limit } });
    await spend('0.1');
    await spend('0.1');
    expect(await spend('0.1')).toBe(429);
    const reset = await ok('POST', { params: daily, body: { reason: 'A test run' } }, '/reset');
    expect(reset).toMatchObject({
      requests: { limit: 2, settled: 0, reserved: 0, available: 2 },
      tokens: { limit: 1_000_000, settled: 0, available: 1_000_000 },
      adjustments: [{ kind: 'reset', addUsd: '0.200000000', addRequests: 2, addTokens: 2_200 }],
    });
    expect(await desk.entriesOf('reset.apply')).toMatchObject([
      { after: { addRequests: 2n, addTokens: 2_200n } },
    ]);
    expect(await spend('0.1')).toBe(201);
    expect(await requestsOf()).toMatchObject({ limit: 2, settled: 1, available: 1 });
    await ok('PATCH', { params: daily, body: { limit: { requests: 3 } } });
    expect(await requestsOf()).toMatchObject({ limit: 3, settled: 1, available: 2 });
    await ok('POST', { params: daily, body: { reason: 'Another one' } }, '/reset');
    expect(await requestsOf()).toMatchObject({ limit: 3, settled: 0, available: 3 });
    await expectBalanced();
    desk.nowMs += DAY_MS;
    expect(await spend('0.1')).toBe(201);
    expect(await requestsOf()).toMatchObject({ limit: 3, settled: 1, available: 2 });
    await expectBalanced();
  });

  test('leaves out what is held, which counts once it is settled', async () => {
    await ok('PUT', { params: daily, body: { limit } });
    expect((await desk.reserve()).status).toBe(201);
    await ok('POST', { params: daily, body: { reason: 'A test run' } }, '/reset');
    expect(await requestsOf()).toEqual({ limit: 2, settled: 0, reserved: 1, available: 1 });
    await expectBalanced();
  });

  test('is possible for a budget that limits no money, and an override is not', async () => {
    await ok('PUT', { params: daily, body: { limit: { requests: 1 } } });
    await spend('0.1');
    expect(await spend('0.1')).toBe(429);
    const reset = await ok('POST', { params: daily, body: { reason: 'A test run' } }, '/reset');
    expect(reset['requests']).toEqual({ limit: 1, settled: 0, reserved: 0, available: 1 });
    expect([reset['limitUsd'], reset['configuredLimitUsd']]).toEqual([undefined, undefined]);
    expect(await spend('0.1')).toBe(201);
    const refused = await ask('POST', { params: daily, body: override }, '/overrides');
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('no money')]);
    const asked = await ask('POST', { params: daily, body: override }, '/override-requests');
    expect([asked.status, asked.text]).toEqual([409, expect.stringContaining('no money')]);
    await expectBalanced();
  });
});

describe('a roll-over', () => {
  test('moves what is left into the next period once, up to the cap', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1', rollover: { capUsd: '0.6' } } });
    await spend('0.3');
    desk.nowMs = at('2026-11-22T00:00:10Z');
    await spend('0.1');
    await Promise.all([desk.sweep(), desk.sweep(), desk.sweep()]);
    expect(await ok('GET', { params: daily })).toMatchObject({
      limitUsd: '1.600000000',
      availableUsd: '1.500000000',
      adjustments: [{ kind: 'rollover', addUsd: '0.600000000' }],
    });
    const query = { periodKey: '2026-11-21' };
    expect(await ok('GET', { params: daily, query })).toMatchObject({ limitUsd: '0.400000000' });
    await expectBalanced();
    // Two days without a request or a sweep: the cap holds over them.
    desk.nowMs = at('2026-11-24T08:00:00Z');
    await desk.sweep();
    expect(await ok('GET', { params: daily })).toMatchObject({ availableUsd: '1.600000000' });
    expect(await ok('GET', { params: daily, query: { periodKey: '2026-11-22' } })).toMatchObject({
      limitUsd: '1.000000000',
    });
    await expectBalanced();
  });
});

describe('limits of overrides', () => {
  test('an end must be later than now, and a request past its end can only be denied', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    const until = new Date(desk.nowMs).toISOString();
    for (const suffix of ['/overrides', '/override-requests']) {
      const body = { ...override, until };
      const { status, json } = await ask('POST', { params: daily, body }, suffix);
      expect([status, json['errors']]).toMatchObject([400, [{ field: 'until' }]]);
    }
    const soon = { ...override, until: new Date(desk.nowMs + 1).toISOString() };
    const { requestId } = await ok('POST', { params: daily, body: soon }, '/override-requests');
    await ok('POST', { params: daily, body: soon }, '/overrides');
    desk.nowMs += 1;
    const params = { ...daily, requestId: String(requestId) };
    const decide = (how: string) =>
      ask(
        'POST',
        { params, body: { reason: 'Too late' }, actor: 'key-2' },
        `/override-requests/{requestId}/${how}`,
      );
    expect((await decide('approve')).status).toBe(409);
    expect((await decide('deny')).json).toMatchObject({
      state: 'denied',
      decidedBy: 'key-2',
      decidedAt: '2026-11-21T10:00:00.001Z',
      decisionReason: 'Too late',
    });
    expect((await decide('deny')).status).toBe(409);
  });

  test('a caller may ask ten times an hour, and is told when the next hour begins', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    desk.nowMs = at('2026-11-21T10:59:58.500Z');
    const asking = (actor: string) =>
      ask('POST', { params: daily, body: override, actor }, '/override-requests');
    for (let n = 0; n < 10; n += 1) expect((await asking('key-1')).status).toBe(201);
    const refused = await asking('key-1');
    expect([refused.status, refused.headers?.['retry-after']]).toEqual([429, '2']);
    expect((await asking('key-2')).status).toBe(201);
    desk.nowMs = at('2026-11-21T11:00:00Z');
    expect((await asking('key-1')).status).toBe(201);
  });

  test('a budget has up to twenty adjustments', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1) {
      statuses.push((await ask('POST', { params: daily, body: override }, '/overrides')).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 409]);
    expect((await ask('POST', { params: daily, body: { reason: 'x' } }, '/reset')).status).toBe(
      409,
    );
    expect(await ok('GET', { params: daily })).toMatchObject({ limitUsd: '21.000000000' });
  });
});
