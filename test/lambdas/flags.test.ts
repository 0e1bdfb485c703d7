import { flagServices } from '../../composition/organization.ts';
import { stores } from '../../composition/stores.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/flags/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';

const LIST = 'GET /v1/flags';
const GET = 'GET /v1/flags/{name}';
const PUT = 'PUT /v1/flags/{name}';
const throttling = { name: 'throttling' };

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...flagServices(store.db, world) });
});
afterAll(() => store.close());

describe('flags', () => {
  test('are on for everybody until somebody sets them, but for exploration', async () => {
    const { status, json } = await call(handler, LIST, { organizationId: 'new', role: 'viewer' });
    expect(status).toBe(200);
    const items = json['items'] as Record<string, unknown>[];
    expect(items.map(({ name }) => name)).toEqual([
      'model-switching',
      'throttling',
      'trained-predictor',
      'exploration',
    ]);
    for (const item of items) {
      const enabled = item['name'] !== 'exploration';
      expect(item).toMatchObject({ source: 'builtin', enabled, rolloutPercent: 100 });
      expect(item['overrides']).toEqual([]);
    }
  });

  test('show overrides as they were written, and keep them under the id that stands for them', async () => {
    const organizationId = 'spelled';
    const overrides = [{ scope: 'user', scopeId: 'toString', enabled: false }];
    const asked = { organizationId, params: throttling };
    await call(handler, PUT, { ...asked, body: { overrides } });
    const items = (await call(handler, LIST, { organizationId })).json['items'] as object[];
    expect(items).toContainEqual(expect.objectContaining({ ...throttling, overrides }));
    const kept = (await stores(store.db).flags.list(organizationId)).get('throttling');
    expect(kept?.overrides).toMatchObject([{ scopeId: 'tostring', spelling: 'toString' }]);
  });

  test('are set as a whole, shown at once, and audited with what was before', async () => {
    const body = {
      rolloutPercent: 25,
      unit: 'department',
      overrides: [{ scope: 'system', scopeId: 'relaycore', enabled: true }],
    };
    const set = await call(handler, PUT, { params: throttling, body });
    expect(set.status).toBe(200);
    expect(set.json).toMatchObject({
      ...throttling,
      ...body,
      enabled: true,
      source: 'organization',
    });
    expect((await call(handler, GET, { params: throttling })).json).toEqual(set.json);
    const again = await call(handler, PUT, { params: throttling, body: { enabled: false } });
    expect(again.json).toMatchObject({ enabled: false, rolloutPercent: 100, overrides: [] });
    const entries = await stores(store.db).audit.listDay('acme', '2026-11-21');
    expect(entries.map(({ before }) => before).find(Boolean)).toMatchObject({
      rolloutPercent: 25n,
    });
  });

  test.each([
    [GET, undefined],
    [PUT, {}],
  ])('that do not exist are not found by %s', async (route, body) => {
    const params = { name: 'turbo' };
    const { status, json } = await call(handler, route, {
      params,
      ...(body ? { body } : {}),
    });
    expect(status).toBe(404);
    expect(json['detail']).toContain('turbo');
  });

  test.each([
    ['rolloutPercent', { rolloutPercent: 101 }],
    ['rolloutPercent', { rolloutPercent: 12.5 }],
    ['unit', { unit: 'model' }],
    ['overrides[0].enabled', { overrides: [{ scope: 'user', scopeId: 'ada' }] }],
    [
      'overrides[1]',
      {
        overrides: [
          { scope: 'user', scopeId: 'ada', enabled: true },
          { scope: 'user', scopeId: 'ada', enabled: false },
        ],
      },
    ],
    ['rollout', { rollout: 5 }],
  ])('name the field %s in %j', async (field, body) => {
    const { status, json } = await call(handler, PUT, { params: throttling, body });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });
});
