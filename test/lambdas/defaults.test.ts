import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultsServices } from '../../composition/members.ts';
import { stores } from '../../composition/stores.ts';
import { createHandler } from '../../lambdas/defaults/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { putBook } from '../support/stored.ts';
import { testWorld } from '../support/world.ts';

const RULE = '/v1/defaults/{scope}/{scopeId}/{member}';
const EFFECTIVE = 'GET /v1/defaults/effective';
const research = { scope: 'department', scopeId: 'research', member: 'user' };
const percent = { name: 'warning', percent: 80, period: 'monthly', action: 'alert' };
const amount = { name: 'warning', amountUsd: '3.000000000', period: 'daily', action: 'alert' };

let store: EmbeddedStore;
let handler: unknown;
let organizationId = '';
let tests = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...defaultsServices(store.db, world) });
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

const ofAll = (member = 'user') => ({ scope: 'organization', scopeId: organizationId, member });
const put = (params: Record<string, string>, body: unknown) =>
  call(handler, `PUT ${RULE}`, { params, body, organizationId });
const get = (params: Record<string, string>) =>
  call(handler, `GET ${RULE}`, { params, organizationId });
const effective = async (query: Record<string, string>) =>
  (await call(handler, EFFECTIVE, { query, organizationId })).json;

describe('defaults for members', () => {
  test('keep what a change leaves out, drop what is null, and say what changed', async () => {
    const first = await put(research, {
      budgets: { monthly: { limitUsd: '50', timeZone: 'Europe/Berlin', enforcement: 'warn' } },
      levels: [percent],
      holdSeconds: 600,
    });
    expect(first.json).toMatchObject({
      ...research,
      version: 1,
      budgets: {
        monthly: { limitUsd: '50.000000000', timeZone: 'Europe/Berlin', enforcement: 'warn' },
      },
      levels: [percent],
      holdSeconds: 600,
      idleSeconds: null,
      changed: ['budgets.monthly', 'holdSeconds', 'levels'],
    });
    const raised = await put(research, {
      budgets: { daily: { limitUsd: 5 }, monthly: { limitUsd: '60', timeZone: null } },
    });
    expect(raised.json).toMatchObject({
      version: 2,
      budgets: {
        daily: { limitUsd: '5.000000000', timeZone: 'UTC', enforcement: 'enforce' },
        monthly: { limitUsd: '60.000000000', timeZone: 'UTC', enforcement: 'warn' },
      },
      levels: [percent],
      holdSeconds: 600,
      changed: ['budgets.daily', 'budgets.monthly'],
    });
    const removed = await put(research, { budgets: { daily: null }, holdSeconds: null });
    expect(removed.json).toMatchObject({
      version: 3,
      budgets: { monthly: { limitUsd: '60.000000000' } },
      holdSeconds: null,
      changed: ['budgets.daily', 'holdSeconds'],
    });
    expect(removed.json['budgets']).not.toHaveProperty('daily');
    const { changed: _, ...shown } = removed.json;
    expect((await get(research)).json).toEqual(shown);
    const same = await put(research, { budgets: { monthly: { limitUsd: '60' } } });
    expect(same.json).toMatchObject({ version: 3, changed: [] });
    const audit = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(audit.map(({ action, target }) => [action, target])).toEqual(
      Array.from({ length: 3 }, () => ['defaults.put', 'department/research/user']),
    );
  });

  test('are listed, and a removed rule is gone but keeps its version', async () => {
    await put(research, { holdSeconds: 600 });
    await put(ofAll('session'), { idleSeconds: 3_600 });
    const list = async () =>
      (await call(handler, 'GET /v1/defaults', { organizationId })).json['items'];
    expect(await list()).toMatchObject([
      { scope: 'department', scopeId: 'research', member: 'user', holdSeconds: 600 },
      { scope: 'organization', member: 'session', idleSeconds: 3_600 },
    ]);
    const remove = () => call(handler, `DELETE ${RULE}`, { params: research, organizationId });
    expect((await remove()).json).toMatchObject({ version: 1, holdSeconds: 600 });
    expect((await remove()).status).toBe(404);
    expect((await get(research)).status).toBe(404);
    expect(await list()).toHaveLength(1);
    expect((await put(research, { holdSeconds: 60 })).json['version']).toBe(3);
  });

  test.each([
    ['levels[0].percent', { levels: [percent] }],
    ['levels[0].percent', { levels: [percent], budgets: { daily: { limitUsd: '5' } } }],
    ['budgets.daily.limitUsd', { budgets: { daily: { enforcement: 'warn' } } }],
    ['budgets.daily.limitUsd', { budgets: { daily: { limitUsd: '-1' } } }],
    ['budgets.daily.limitUsd', { budgets: { daily: { limit: {} } } }],
    ['budgets.daily.limitUsd', { budgets: { daily: { limitUsd: '1', limit: { usd: '1' } } } }],
    ['budgets.daily.limit.tokens', { budgets: { daily: { limit: { tokens: 1.5 } } } }],
    ['budgets.yearly', { budgets: { yearly: { limitUsd: '5' } } }],
    ['budgets.daily.color', { budgets: { daily: { limitUsd: '5', color: 'red' } } }],
    ['holdSeconds', { holdSeconds: 29 }],
    ['holdSeconds', { holdSeconds: 86_401 }],
    ['holdSeconds', { holdSeconds: 60.5 }],
    ['idleSeconds', { idleSeconds: 3_600 }],
  ])('that make no sense are refused, naming %s', async (field, body) => {
    const { status, json } = await put(research, body);
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
    expect((await get(research)).status).toBe(404);
  });

  test('of a budget cannot be removed while a percent level needs them', async () => {
    await put(research, { budgets: { monthly: { limitUsd: '50' } }, levels: [percent] });
    const { status, json } = await put(research, { budgets: { monthly: null } });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'levels[0].percent' }]);
    expect((await put(research, { budgets: null, levels: [] })).status).toBe(200);
  });

  test('have no budgets and levels where the member bears none', async () => {
    const answer = await put(ofAll('key'), { budgets: { daily: { limitUsd: '5' } } });
    expect(answer.status).toBe(400);
    expect(answer.json['errors']).toMatchObject([{ field: 'budgets' }]);
    expect((await put(ofAll('key'), { holdSeconds: 60 })).status).toBe(200);
  });

  test('of another organization are not found; only operators change any', async () => {
    const params = { ...ofAll(), scopeId: 'other' };
    expect((await put(params, { holdSeconds: 60 })).status).toBe(404);
    const request = { params: research, body: { holdSeconds: 60 }, organizationId };
    for (const role of ['viewer', 'caller'] as const) {
      expect((await call(handler, `PUT ${RULE}`, { ...request, role })).status).toBe(403);
    }
  });
});

describe('what is in force for a member', () => {
  test('comes from the member, then its department, then the organization, then the product', async () => {
    await put(ofAll(), {
      budgets: { daily: { limitUsd: '5' }, monthly: { limitUsd: '100' } },
      levels: [amount],
      holdSeconds: 600,
    });
    await put(research, {
      budgets: { monthly: { limitUsd: '50' } },
      levels: [percent],
      holdSeconds: 900,
    });
    const all = await effective({ scope: 'user', scopeId: 'ada' });
    expect(all).toMatchObject({
      budgets: [
        { period: 'daily', limitUsd: '5.000000000', source: `organization/${organizationId}` },
        { period: 'monthly', limitUsd: '100.000000000', version: 1 },
      ],
      levels: [{ ...amount, source: `organization/${organizationId}` }],
      holdSeconds: { value: 600, source: `organization/${organizationId}`, version: 1 },
      idleSeconds: null,
    });
    const ofResearch = { scope: 'user', scopeId: 'ada', departmentId: 'research' };
    expect(await effective(ofResearch)).toMatchObject({
      budgets: [
        { period: 'daily', source: `organization/${organizationId}` },
        { period: 'monthly', limitUsd: '50.000000000', source: 'department/research' },
      ],
      levels: [
        { ...amount, source: `organization/${organizationId}` },
        { ...percent, source: 'department/research' },
      ],
      holdSeconds: { value: 900, source: 'department/research' },
    });
    const own = { scope: 'user', scopeId: 'ada' } as const;
    await putBook(store.db, organizationId, {
      ...own,
      version: 1,
      monthly: {
        ...own,
        period: 'monthly',
        limitNanoUsd: 7_000_000_000n,
        timeZone: 'UTC',
        enforcement: 'enforce',
        createdAtMs: NOON,
        updatedAtMs: NOON,
      },
    });
    const { budgets } = (await effective(ofResearch)) as { budgets: unknown[] };
    expect(budgets[1]).toMatchObject({ limitUsd: '7.000000000', source: 'user/ada' });
    expect(budgets[1]).not.toHaveProperty('version');
  });

  test('follows the department of the latest request, if the question names none', async () => {
    await put(research, { holdSeconds: 900 });
    const ada = { scope: 'user', scopeId: 'ada' };
    expect((await effective(ada))['holdSeconds']).toBeNull();
    const posting = postingWith({ organizationId, userId: 'ada', departmentId: 'research' });
    await stores(store.db).usage.record([posting], 400, NOON);
    expect((await effective(ada))['holdSeconds']).toMatchObject({ source: 'department/research' });
  });

  test('is not told of a department that a limited credential may not ask about', async () => {
    const query = { scope: 'user', scopeId: 'ada', departmentId: 'research' };
    const request = { query, organizationId, limits: { users: ['ada'] } };
    const refused = await call(handler, EFFECTIVE, request);
    expect(refused.status).toBe(403);
    expect(refused.json['errors']).toMatchObject([{ field: 'departmentId' }]);
    const { departmentId: _, ...own } = query;
    expect((await call(handler, EFFECTIVE, { ...request, query: own })).status).toBe(200);
  });

  test('is the built-in ladder where nobody set anything', async () => {
    const { levels } = (await effective({ scope: 'user', scopeId: 'ada' })) as {
      levels: { source: string; amountUsd: string }[];
    };
    expect(levels.map(({ source, amountUsd }) => [source, amountUsd])).toEqual([
      ['builtin', '5.000000000'],
      ['builtin', '10.000000000'],
      ['builtin', '25.000000000'],
    ]);
  });

  test('of a key are times only', async () => {
    await put(ofAll('key'), { holdSeconds: 60 });
    expect(await effective({ scope: 'key', scopeId: 'key-1' })).toMatchObject({
      budgets: [],
      levels: [],
      holdSeconds: { value: 60 },
    });
  });
});
