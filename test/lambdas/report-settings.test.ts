import { reportSettingsServices } from '../../composition/reporting.ts';
import { stores } from '../../composition/stores.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/report-settings/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { stored } from '../support/stored.ts';

const GET_TAGS = 'GET /v1/reports/tags';
const PUT_TAGS = 'PUT /v1/reports/tags';

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...reportSettingsServices(store.db, world) });
});
afterAll(() => store.close());

describe('the tags of reports', () => {
  test('are listed, replaced and audited', async () => {
    expect((await call(handler, GET_TAGS, { role: 'viewer' })).json).toEqual({ tags: [] });
    const body = { tags: ['team', 'stage'] };
    const put = await call(handler, PUT_TAGS, { role: 'operator', body });
    expect(put).toMatchObject({ status: 200, json: body });
    await call(handler, PUT_TAGS, { role: 'operator', body: { tags: ['team'] } });
    expect((await call(handler, GET_TAGS, { role: 'caller' })).json).toEqual({ tags: ['team'] });
    const entries = await stores(store.db).audit.listDay('acme', '2026-11-21');
    expect(entries).toMatchObject([
      { action: 'report-tags.put', before: { tags: [] }, after: body },
      { action: 'report-tags.put', before: body, after: { tags: ['team'] } },
    ]);
  });

  test.each([
    ['tags', { tags: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['tags', { tags: ['team', 'team'] }],
    ['tags[0]', { tags: ['with#sign'] }],
    ['tags', {}],
  ])('names %s of %o', async (field, body) => {
    const { status, json } = await call(handler, PUT_TAGS, { role: 'admin', body });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
  });

  test('are not for viewers to change', async () => {
    const { status } = await call(handler, PUT_TAGS, { role: 'viewer', body: { tags: [] } });
    expect(status).toBe(403);
  });
});

describe('the allocation of shared cost', () => {
  const GET = 'GET /v1/reports/allocation';
  const PUT = 'PUT /v1/reports/allocation';
  const DELETE = 'DELETE /v1/reports/allocation/{validFrom}';
  const AT_NOON = new Date(NOON).toISOString();

  test('is by direct cost until something else is set, which is audited', async () => {
    const organizationId = 'beta';
    const builtin = { rule: 'proportional', sharedDepartments: [], shares: [] };
    const beginning = '1970-01-01T00:00:00.000Z';
    expect((await call(handler, GET, { organizationId })).json).toEqual({
      ...builtin,
      validFrom: beginning,
      setBy: null,
      setAt: null,
      rules: [],
    });
    const body = {
      rule: 'fixed',
      sharedDepartments: ['platform'],
      shares: [
        { departmentId: 'research', percent: 33.33 },
        { departmentId: 'sales', percent: 66.67 },
      ],
    };
    const rule = { ...body, validFrom: '2026-11-21T12:00:00.000Z', setAt: AT_NOON };
    expect(await call(handler, PUT, { organizationId, body })).toMatchObject({
      status: 200,
      json: rule,
    });
    expect((await call(handler, GET, { organizationId })).json).toMatchObject({
      ...rule,
      rules: [rule],
    });
    const entries = await stores(store.db).audit.listDay('beta', '2026-11-21');
    expect(entries).toMatchObject([
      {
        action: 'cost-allocation.put',
        target: 'allocation/2026-11-21T12:00:00.000Z',
        after: body,
      },
    ]);
  });

  test('that is still to come is shown, and not in force; what is withdrawn is gone', async () => {
    const organizationId = 'coming';
    const body = { rule: 'even', validFrom: '2027-01-01' };
    const role = 'operator' as const;
    const put = await call(handler, PUT, { organizationId, role, body });
    expect(put.json).toMatchObject({ rule: 'even', validFrom: '2027-01-01T00:00:00.000Z' });
    const shown = await call(handler, GET, { organizationId });
    expect(shown.json).toMatchObject({ rule: 'proportional', rules: [put.json] });
    const params = { validFrom: '2027-01-01T00:00:00Z' };
    expect((await call(handler, DELETE, { organizationId, role, params })).json).toEqual(put.json);
    expect((await call(handler, DELETE, { organizationId, role, params })).status).toBe(404);
    expect((await call(handler, GET, { organizationId })).json).toMatchObject({ rules: [] });
  });

  test('changes what is past only by an admin, and each change is audited', async () => {
    const organizationId = 'corrected';
    const body = { rule: 'even', validFrom: '2026-11-01' };
    const params = { validFrom: '2026-11-01T00:00:00Z' };
    const role = 'operator' as const;
    const refused = await call(handler, PUT, { organizationId, role, body });
    expect(refused.status).toBe(403);
    expect(refused.json['errors']).toMatchObject([
      { field: 'validFrom', message: expect.stringContaining('Ask an admin') as string },
    ]);
    expect((await call(handler, PUT, { organizationId, role: 'admin', body })).status).toBe(200);
    expect((await call(handler, DELETE, { organizationId, role, params })).status).toBe(403);
    const again = { ...body, rule: 'proportional' };
    await call(handler, PUT, { organizationId, role: 'admin', body: again });
    await call(handler, DELETE, { organizationId, role: 'admin', params });
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    const target = 'allocation/2026-11-01T00:00:00.000Z';
    expect(entries).toMatchObject([
      { action: 'cost-allocation.put', target, after: { rule: 'even' } },
      {
        action: 'cost-allocation.put',
        target,
        before: { rule: 'even' },
        after: { rule: 'proportional' },
      },
      { action: 'cost-allocation.delete', target, before: { rule: 'proportional' } },
    ]);
  });

  test("begins with a day of the organization's time zone, as reports do", async () => {
    const organizationId = 'indian';
    const settings = stores(store.db).organizationSettings.timeZone;
    await stored(store.db, settings.replacement(organizationId, 'Asia/Kolkata'));
    const body = { rule: 'even', validFrom: '2026-12-01' };
    const { json } = await call(handler, PUT, { organizationId, body });
    expect(json['validFrom']).toBe('2026-11-30T19:00:00.000Z');
  });

  test('is one of at most 100', async () => {
    const organizationId = 'many';
    const put = (day: number) => {
      const validFrom = new Date(NOON + day * 86_400_000).toISOString().slice(0, 10);
      return call(handler, PUT, { organizationId, body: { rule: 'even', validFrom } });
    };
    for (let day = 1; day <= 100; day += 1) expect((await put(day)).status).toBe(200);
    expect((await put(101)).json['errors']).toMatchObject([{ field: 'validFrom' }]);
    expect((await put(100)).status).toBe(200);
  });

  test.each([
    ['shares', { rule: 'fixed', shares: [{ departmentId: 'a', percent: 99.99 }] }],
    ['shares', { rule: 'fixed' }],
    ['shares', { rule: 'even', shares: [{ departmentId: 'a', percent: 100 }] }],
    ['shares[0].percent', { rule: 'fixed', shares: [{ departmentId: 'a', percent: 0.001 }] }],
    [
      'shares[0].departmentId',
      {
        rule: 'fixed',
        sharedDepartments: ['a'],
        shares: [{ departmentId: 'a', percent: 100 }],
      },
    ],
    ['rule', { rule: 'by-mood' }],
    ['validFrom', { rule: 'even', validFrom: '2026-12-01T00:30:00Z' }],
    ['validFrom', { rule: 'even', validFrom: 'tomorrow' }],
    ['validFrom', { rule: 'even', validFrom: '1969-12-31' }],
  ])('names %s of %o', async (field, body) => {
    const { status, json } = await call(handler, PUT, { body });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
  });
});

describe('mailed reports', () => {
  const organizationId = 'gamma';
  const LIST = 'GET /v1/reports/subscriptions';
  const PUT = 'PUT /v1/reports/subscriptions/{name}';
  const DELETE = 'DELETE /v1/reports/subscriptions/{name}';
  const params = { name: 'finance' };
  const body = { frequency: 'weekly', to: ['ada@example.com'] };
  const kept = {
    ...params,
    ...body,
    report: 'costs',
    timeZone: 'UTC',
    hour: 7,
    groupBy: 'department',
  };

  test('are put, listed, deleted and audited', async () => {
    expect((await call(handler, PUT, { organizationId, params, body })).json).toEqual(kept);
    expect((await call(handler, LIST, { organizationId })).json).toEqual({ items: [kept] });
    expect((await call(handler, DELETE, { organizationId, params })).json).toEqual(kept);
    expect((await call(handler, DELETE, { organizationId, params })).status).toBe(404);
    expect((await call(handler, LIST, { organizationId })).json).toEqual({ items: [] });
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entries.map(({ action }) => action)).toEqual([
      'report-subscription.put',
      'report-subscription.delete',
    ]);
    const [put, removed] = entries;
    expect(put?.after).toMatchObject({ addresses: 1n, fingerprint: expect.any(String) });
    expect(removed?.before).toEqual(put?.after);
    const text = JSON.stringify([put?.after, removed?.before], (_, part: unknown) =>
      typeof part === 'bigint' ? Number(part) : part,
    );
    expect(text).not.toContain('ada@');
  });

  test('of savings are of the whole organization', async () => {
    const who = { organizationId: 'epsilon', params };
    const { json } = await call(handler, PUT, { ...who, body: { ...body, report: 'savings' } });
    expect(json).toEqual({ ...kept, report: 'savings', groupBy: 'total' });
  });

  test('cannot be read from the audit log, which tells when their addresses change', async () => {
    const who = { organizationId: 'delta', params };
    for (const to of [['ada@example.com'], ['bob@example.com'], ['bob@example.com']]) {
      await call(handler, PUT, { ...who, body: { ...body, to } });
    }
    const entries = await stores(store.db).audit.listDay('delta', '2026-11-21');
    expect(entries).toHaveLength(2);
    const [first, second] = entries.map(({ after }) => after as { fingerprint: string });
    expect(first?.fingerprint).not.toBe(second?.fingerprint);
    expect(entries[1]?.before).toEqual(entries[0]?.after);
  });

  test.each([
    ['to[0]', { to: ['nobody'] }],
    ['to', { to: [] }],
    ['hour', { hour: 24 }],
    ['timeZone', { timeZone: 'Mars' }],
    ['frequency', { frequency: 'hourly' }],
    ['groupBy', { groupBy: 'tag:unlisted' }],
    ['groupBy', { report: 'savings', groupBy: 'user' }],
    ['report', { report: 'losses' }],
  ])('names %s of %o', async (field, change) => {
    const request = { organizationId, params, body: { ...body, ...change } };
    const { status, json } = await call(handler, PUT, request);
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
  });

  test('are not for viewers, who need not know addresses', async () => {
    expect((await call(handler, LIST, { role: 'viewer' })).status).toBe(403);
  });
});
