import { monitorServices, thresholdServices } from '../../composition/controls.ts';
import { stores } from '../../composition/stores.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHandler as createMonitor } from '../../lambdas/monitor-costs/handler.ts';
import { createHandler } from '../../lambdas/thresholds/handler.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { putBook, stored } from '../support/stored.ts';
import { tellingOn } from '../support/telling.ts';

const GET = 'GET /v1/thresholds/{scope}/{scopeId}';
const PUT = 'PUT /v1/thresholds/{scope}/{scopeId}';
const BREACHES = 'GET /v1/breaches';
const DELETE = 'DELETE /v1/thresholds/{scope}/{scopeId}';
const ada = { scope: 'user', scopeId: 'ada' } as const;
const budget = {
  ...ada,
  period: 'monthly',
  limitNanoUsd: 10_000_000_000n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  createdAtMs: NOON,
  updatedAtMs: NOON,
} as const;

let store: EmbeddedStore;
let handler: unknown;
let organizationId = '';
let tests = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...thresholdServices(store.db, world) });
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

const warning = { name: 'warning', amountUsd: '1.50', action: 'alert' };

describe('thresholds', () => {
  test('are the built-in ones until somebody sets others', async () => {
    const { status, json } = await call(handler, GET, { params: ada, role: 'viewer' });
    expect(status).toBe(200);
    expect(json).toEqual({
      ...ada,
      source: 'builtin',
      levels: [
        { name: 'warning', amountUsd: '5.000000000', period: 'daily', action: 'alert' },
        { name: 'critical', amountUsd: '10.000000000', period: 'daily', action: 'throttle' },
        { name: 'emergency', amountUsd: '25.000000000', period: 'daily', action: 'shutdown' },
      ].map((level) => ({ ...level, source: 'builtin' })),
    });
  });

  test('are replaced as a whole, shown at once, and audited with who and what was before', async () => {
    const percent = { name: 'critical', percent: 82.5, period: 'monthly', action: 'throttle' };
    const put = (body: unknown) => call(handler, PUT, { params: ada, body, organizationId });
    await putBook(store.db, organizationId, { ...ada, version: 1, monthly: budget });
    await put({ levels: [warning] });
    const changed = await put({ levels: [warning, percent] });
    expect(changed.status).toBe(200);
    expect(changed.json).toEqual({
      ...ada,
      source: 'scope',
      levels: [
        { ...warning, amountUsd: '1.500000000', period: 'daily', source: 'user/ada' },
        { ...percent, source: 'user/ada' },
      ],
    });
    expect((await call(handler, GET, { params: ada, organizationId })).json).toEqual(changed.json);
    const audit = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(audit).toHaveLength(2);
    expect(audit.find(({ before }) => before !== undefined)).toMatchObject({
      actor: 'key-1',
      action: 'thresholds.put',
      target: 'user/ada',
      after: [{ name: 'warning' }, { name: 'critical' }],
    });
  });

  test('of the organization are what it is told about itself: nobody inherits them', async () => {
    const params = { scope: 'organization', scopeId: organizationId };
    const { json } = await call(handler, PUT, {
      params,
      body: { levels: [warning] },
      organizationId,
    });
    expect(json).toMatchObject({ source: 'scope' });
    const members = await call(handler, GET, { params: ada, organizationId });
    expect(members.json).toMatchObject({ source: 'builtin' });
  });

  test('of a user are the defaults of the department of its latest request', async () => {
    const { db } = store;
    const rule = { owner: { scope: 'department', scopeId: 'research' }, member: 'user' } as const;
    const amountNanoUsd = 10n ** 12n;
    const level = { name: 'warning', amountNanoUsd, period: 'daily', action: 'alert' } as const;
    const set = stores(db).defaults.replacement(organizationId, rule, () => ({
      defaults: { levels: [level] },
      updatedAtMs: NOON,
    }));
    await stored(db, set);
    const get = async (query?: Record<string, string>) =>
      (await call(handler, GET, { params: ada, query, organizationId })).json['source'];
    expect(await get()).toBe('builtin');
    expect(await get({ departmentId: 'Research' })).toBe('department');
    await stores(db).usage.record(
      [postingWith({ organizationId, userId: 'ada', departmentId: 'research' })],
      400,
      NOON,
    );
    expect(await get()).toBe('department');
  });

  test('are removed by an empty list and by DELETE, and then the defaults apply again', async () => {
    const request = { params: ada, organizationId };
    for (const remove of [
      () => call(handler, PUT, { ...request, body: { levels: [] } }),
      () => call(handler, DELETE, request),
    ]) {
      await call(handler, PUT, { ...request, body: { levels: [warning] } });
      const removed = await remove();
      expect(removed).toMatchObject({ status: 200, json: { source: 'builtin' } });
      expect((await call(handler, GET, request)).json).toEqual(removed.json);
    }
    const audit = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(audit).toHaveLength(4);
  });

  test('in percent need a budget of their period to be a percentage of', async () => {
    const percent = { name: 'critical', percent: 80, period: 'daily', action: 'alert' };
    const request = { params: ada, body: { levels: [warning, percent] }, organizationId };
    await putBook(store.db, organizationId, { ...ada, version: 1, monthly: budget });
    const refused = await call(handler, PUT, request);
    expect(refused.status).toBe(400);
    expect(refused.json['errors']).toEqual([
      {
        field: 'levels[1].percent',
        message: 'user/ada has no daily budget to be a percentage of',
      },
    ]);
    const own = { ...ada, version: 2, daily: { ...budget, period: 'daily' as const } };
    await putBook(store.db, organizationId, own);
    expect((await call(handler, PUT, { ...request, body: { levels: [percent] } })).status).toBe(
      200,
    );
  });

  test.each([
    ['levels', {}],
    ['levels', { levels: 'high' }],
    ['levels[0].amountUsd', { levels: [{ name: 'warning', action: 'alert' }] }],
    ['levels[0].percent', { levels: [{ ...warning, percent: 50 }] }],
    ['levels[0].amountUsd', { levels: [{ ...warning, amountUsd: '-1' }] }],
    ['levels[0].amountUsd', { levels: [{ ...warning, amountUsd: '0' }] }],
    ['levels[0].amountUsd', { levels: [{ ...warning, amountUsd: '1e3' }] }],
    ['levels[0].percent', { levels: [{ name: 'warning', percent: 0, action: 'alert' }] }],
    ['levels[0].percent', { levels: [{ name: 'warning', percent: 12.345, action: 'alert' }] }],
    ['levels[0].percent', { levels: [{ name: 'warning', percent: 1_001, action: 'alert' }] }],
    ['levels[0].name', { levels: [{ ...warning, name: 'apocalypse' }] }],
    ['levels[0].action', { levels: [{ ...warning, action: 'shout' }] }],
    ['levels[0].period', { levels: [{ ...warning, period: 'yearly' }] }],
    ['levels[0].color', { levels: [{ ...warning, color: 'red' }] }],
    ['levels[1]', { levels: [warning, warning] }],
    ['levels[1]', { levels: [warning, { ...warning, name: 'critical', amountUsd: '1' }] }],
    ['note', { levels: [warning], note: 'x' }],
  ])('that are wrong are refused, naming %s', async (field, body) => {
    const { status, json } = await call(handler, PUT, { params: ada, body, organizationId });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
    expect((await call(handler, GET, { params: ada, organizationId })).json['source']).toBe(
      'builtin',
    );
  });

  test.each([
    ['scope', { scope: 'planet', scopeId: 'earth' }],
    ['scopeId', { scope: 'user', scopeId: 'a#b' }],
  ])('of no such scope are refused, naming %s', async (field, params) => {
    const { status, json } = await call(handler, GET, { params });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });

  test('of another organization are not found; viewers and callers may not change any', async () => {
    const params = { scope: 'organization', scopeId: 'other' };
    expect((await call(handler, GET, { params })).status).toBe(404);
    const body = { levels: [warning] };
    expect((await call(handler, PUT, { params, body })).status).toBe(404);
    for (const role of ['viewer', 'caller'] as const) {
      expect((await call(handler, PUT, { params: ada, body, role })).status).toBe(403);
    }
    expect(
      (await call(handler, PUT, { params: ada, body, role: 'operator', organizationId })).status,
    ).toBe(200);
  });
});

describe('breaches', () => {
  const monitorOf = (publish: (alert: Alert) => Promise<void>) => {
    const world = { ...testWorld(() => NOON), alerts: { publish } };
    const { breachQueue } = tellingOn(store.db, world);
    return createMonitor(monitorServices(store.db, { ...world, breachQueue }));
  };

  test('raised by the monitor are sent in one alert and listed, page by page', async () => {
    const { usage } = stores(store.db);
    const posting = postingWith({ organizationId, amountNanoUsd: 6_000_000_000n });
    await usage.record([posting], 30, NOON);
    const sent: Alert[] = [];
    await monitorOf(async (alert) => void sent.push(alert))();
    expect(sent).toMatchObject([
      { scope: 'user', scopeId: 'ada', attributes: { breaches: '4', scopes: '4' } },
    ]);
    for (const scope of ['department', 'system', 'organization']) {
      expect(sent[0]?.body).toMatch(new RegExp(`^${scope} [\\w-]+, warning:`, 'm'));
    }
    const items: unknown[] = [];
    let cursor: unknown;
    do {
      const query = { limit: '3', ...(cursor ? { cursor: String(cursor) } : {}) };
      const { json } = await call(handler, BREACHES, { query, organizationId, role: 'viewer' });
      items.push(...(json['items'] as unknown[]));
      cursor = json['nextCursor'];
    } while (cursor !== undefined);
    expect(items).toHaveLength(4);
    expect(items).toContainEqual({
      ...ada,
      level: 'warning',
      period: 'daily',
      periodKey: '2026-11-21',
      spentUsd: '6.000000000',
      limitUsd: '5.000000000',
      raisedAt: '2026-11-21T12:30:00.000Z',
      action: 'alert',
      configuredAction: 'alert',
      notification: 'sent',
      notifiedAt: '2026-11-21T12:30:00.000Z',
    });
  });

  test('a run that could not send fails, so that it alarms', async () => {
    const { usage } = stores(store.db);
    await usage.record([postingWith({ organizationId, amountNanoUsd: 6_000_000_000n })], 30, NOON);
    const monitor = monitorOf(() => Promise.reject(new Error('no topic')));
    await expect(monitor()).rejects.toThrow('4 alerts were not sent');
  });

  test.each([
    ['cursor', { cursor: 'x' }],
    ['cursor', { cursor: Buffer.from('breaches:nonsense').toString('base64url') }],
    ['limit', { limit: '-1' }],
    ['before', { before: 'now' }],
  ])('name the field %s in %o', async (field, query) => {
    const { status, json } = await call(handler, BREACHES, { query });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });
});
