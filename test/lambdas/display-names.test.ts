import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameReading } from '../../composition/display-names.ts';
import { directoryServices } from '../../composition/members.ts';
import { stores } from '../../composition/stores.ts';
import { createHandler } from '../../lambdas/directory/handler.ts';
import { createHandler as createCostReport } from '../../lambdas/cost-report/handler.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { rethrow } from '../support/nothing-apart.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { testWorld } from '../support/world.ts';

const ONE = '/v1/names/{scope}/{scopeId}';
const LIST = 'GET /v1/names';
const REPORT = 'GET /v1/reports/costs';
const hr = { scope: 'department', scopeId: 'human-resources' };

let store: EmbeddedStore;
let handler: unknown;
let nowMs = NOON;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => nowMs);
  handler = createHandler({ ...world, ...directoryServices(store.db, world) });
});
afterAll(() => store.close());

const put = (organizationId: string, params: Record<string, string>, displayName: unknown) =>
  call(handler, `PUT ${ONE}`, { organizationId, params, body: { displayName } });

describe('display names', () => {
  test('are set, shown, listed, replaced, removed and audited without the name', async () => {
    const organizationId = 'alpha';
    const kept = { ...hr, displayName: 'Human Resources' };
    expect((await put(organizationId, hr, ' Human  Resources ')).json).toEqual(kept);
    expect((await call(handler, `GET ${ONE}`, { organizationId, params: hr })).json).toEqual(kept);
    await put(organizationId, { scope: 'user', scopeId: 'ada' }, 'Ada Lovelace');
    await put(organizationId, { scope: 'tag:team', scopeId: 'blue' }, 'Team Blue');
    const query = { scope: 'department' };
    expect((await call(handler, LIST, { organizationId, query })).json).toEqual({ items: [kept] });
    const changed = { ...kept, displayName: 'People' };
    expect((await put(organizationId, hr, 'People')).json).toEqual(changed);
    const removal = { organizationId, params: hr };
    expect((await call(handler, `DELETE ${ONE}`, removal)).json).toEqual(changed);
    expect((await call(handler, `DELETE ${ONE}`, removal)).status).toBe(404);
    expect((await call(handler, `GET ${ONE}`, removal)).status).toBe(404);
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    const ofDepartment = entries.filter(({ target }) => target === 'department/human-resources');
    expect(ofDepartment.map(({ action }) => action)).toEqual([
      'display-name.put',
      'display-name.put',
      'display-name.delete',
    ]);
    const [first, second, last] = ofDepartment;
    expect(second?.before).toEqual(first?.after);
    expect(last?.before).toEqual(second?.after);
    expect(entries).toHaveLength(5);
    const texts = JSON.stringify(entries, (_, part: unknown) =>
      typeof part === 'bigint' ? Number(part) : part,
    );
    expect(texts).not.toMatch(/Resources|Lovelace|People/);
  });

  test('are listed page by page', async () => {
    const organizationId = 'paged';
    for (const scopeId of ['a', 'a/b', 'a-b', 'b']) {
      await put(organizationId, { scope: 'user', scopeId }, `Name of ${scopeId}`);
    }
    const ids: unknown[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '1', ...(cursor === undefined ? {} : { cursor }) };
      const { json } = await call(handler, LIST, { organizationId, query });
      ids.push(...(json['items'] as { scopeId: string }[]).map(({ scopeId }) => scopeId));
      cursor = json['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual(['a', 'a-b', 'a/b', 'b']);
  });

  test('belong to every spelling of an id', async () => {
    const organizationId = 'spelled';
    await put(organizationId, { scope: 'user', scopeId: 'Ada@Example.com' }, 'Ada');
    const params = { scope: 'user', scopeId: 'ada@example.com' };
    expect((await call(handler, `GET ${ONE}`, { organizationId, params })).json).toMatchObject({
      displayName: 'Ada',
    });
  });

  test.each(['', 'a\nb', '\u202Eevil', 'x'.repeat(129), 5])(
    '%j is refused by name',
    async (name) => {
      const { status, json } = await put('alpha', hr, name);
      expect(status).toBe(400);
      expect(json['errors']).toMatchObject([{ field: 'displayName' }]);
    },
  );

  test.each([
    ['Human Resources', 'human-resources'],
    ['R&D', 'r-and-d'],
    ["O'Brien", 'obrien'],
    ['sales (EMEA)', 'sales-emea'],
  ])('an id such as %s is refused with what to do', async (scopeId, id) => {
    const { status, json } = await put('alpha', { scope: 'department', scopeId }, 'Name');
    expect(status).toBe(400);
    const [error] = json['errors'] as { field: string; message: string }[];
    expect(error?.field).toBe('scopeId');
    expect(error?.message).toContain(`use an id such as ${id}, and set what people call it`);
  });

  test('of another organization are hidden, and a viewer sets none', async () => {
    const params = { scope: 'organization', scopeId: 'other' };
    expect((await put('alpha', params, 'Mine')).status).toBe(404);
    const request = { role: 'viewer', params: hr, body: { displayName: 'Mine' } } as const;
    expect((await call(handler, `PUT ${ONE}`, request)).status).toBe(403);
  });
});

describe('reports', () => {
  const postings = Array.from({ length: 1_000 }, (_, position) =>
    postingWith({
      organizationId: 'named',
      userId: `user-${position}`,
      departmentId: position % 2 === 0 ? 'human-resources' : 'r-and-d',
      occurredAtMs: NOON - 60_000,
    }),
  );

  test('show names of a thousand scopes from few reads, a new one within a minute', async () => {
    const organizationId = 'named';
    const { usage, analytics, reportSettings, organizationSettings } = stores(store.db);
    const world = testWorld(() => nowMs);
    const deps = { ...world, usage, learn: async () => {}, suspend: rethrow, retentionDays: 30 };
    await aggregatePostings(deps, postings);
    await put(organizationId, hr, '<b>HR</b>');
    await put(organizationId, { scope: 'user', scopeId: 'user-7' }, '=HYPERLINK("x")');
    await put(organizationId, { scope: 'user', scopeId: 'user-8' }, 'Zoë, "the" 👩‍💻');
    const reporting = createCostReport({
      ...world,
      ...nameReading(store.db, world),
      analytics,
      settings: reportSettings,
      timeZones: organizationSettings.timeZone,
    });
    const ask = (query: Record<string, string>) =>
      call(reporting, REPORT, { organizationId, query });
    const namesIn = async (groupBy: string) => {
      const groups = (await ask({ groupBy })).json['groups'] as {
        key: string;
        displayName?: string;
      }[];
      return Object.fromEntries(
        groups.flatMap(({ key, displayName }) => (displayName ? [[key, displayName]] : [])),
      );
    };
    expect(await namesIn('department')).toEqual({ 'human-resources': '<b>HR</b>' });
    store.takeConsumed();
    expect(await namesIn('user')).toEqual({
      'user-7': '=HYPERLINK("x")',
      'user-8': 'Zoë, "the" 👩‍💻',
    });
    const first = store.takeConsumed().readUnits;
    await namesIn('user');
    expect(first - store.takeConsumed().readUnits).toBeGreaterThan(400);
    const { text } = await ask({ groupBy: 'user', format: 'csv' });
    expect(text).toContain(`"'=HYPERLINK(""x"")",UTC`);
    expect(text).toContain('"Zoë, ""the"" 👩‍💻",UTC');
    const chargeback = await call(reporting, 'GET /v1/reports/chargeback', { organizationId });
    expect(chargeback.json['departments']).toMatchObject([
      { departmentId: 'human-resources', displayName: '<b>HR</b>' },
      { departmentId: 'r-and-d' },
    ]);
    await put(organizationId, hr, 'People');
    expect(await namesIn('department')).toEqual({ 'human-resources': '<b>HR</b>' });
    nowMs += 60_000;
    expect(await namesIn('department')).toEqual({ 'human-resources': 'People' });
  });
});
