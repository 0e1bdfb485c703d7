import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routingManagement } from '../../composition/routing-management.ts';
import { stores } from '../../composition/stores.ts';
import { NEVER_OPEN, opened } from '../../domain/routing/breaker.ts';
import { slotAt, tallyOf } from '../../domain/routing/tally.ts';
import { createHandler } from '../../lambdas/routing/handler.ts';
import { createEndpointHealthStore } from '../../tables/endpoint-health.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { testWorld } from '../support/world.ts';

const PUT = 'PUT /v1/providers/{name}';
const GET = 'GET /v1/providers/{name}';
const LIST = 'GET /v1/providers';
const DELETE = 'DELETE /v1/providers/{name}';
const ENDPOINTS = 'GET /v1/endpoints';

const params = { name: 'neuro' };
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:';
const body = {
  baseUrl: 'https://inference.example.com/v1',
  secretArn: `${SECRET}purser-dev-providers/acme/neuro-a1b2c3`,
  regions: ['eu-central-1'],
  models: [{ model: 'neuro-coder', upstreamModel: 'coder-7b', apis: ['chat'] }],
};

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  const limits = { prefix: 'purser-dev-', privateHosts: ['vllm.corp', '*.inference.corp'] };
  handler = createHandler({ ...world, ...routingManagement(store.db, world, limits) });
});
afterAll(() => store.close());

describe('own providers', () => {
  test('are put, shown, deleted and audited, by admins', async () => {
    const kept = { ...params, ...body };
    expect((await call(handler, PUT, { role: 'operator', params, body })).status).toBe(403);
    expect((await call(handler, PUT, { role: 'admin', params, body })).json).toEqual(kept);
    expect((await call(handler, GET, { role: 'operator', params })).json).toEqual(kept);
    expect((await call(handler, LIST, {})).json).toEqual({ items: [kept] });
    expect((await call(handler, LIST, { organizationId: 'other' })).json).toEqual({ items: [] });
    expect((await call(handler, GET, { params, organizationId: 'other' })).status).toBe(404);
    expect((await call(handler, DELETE, { role: 'operator', params })).status).toBe(403);
    expect((await call(handler, DELETE, { role: 'admin', params })).json).toEqual(kept);
    expect((await call(handler, DELETE, { role: 'admin', params })).status).toBe(404);
    const entries = await stores(store.db).audit.listDay('acme', '2026-11-21');
    expect(entries).toMatchObject([
      { action: 'provider.put', target: 'neuro', after: body },
      { action: 'provider.delete', target: 'neuro', before: body },
    ]);
  });

  test.each([
    ['baseUrl', { baseUrl: 'http://inference.example.com/v1' }],
    ['baseUrl', { baseUrl: 'https://169.254.169.254/v1' }],
    ['baseUrl', { baseUrl: 'https://127.0.0.1/v1' }],
    ['baseUrl', { baseUrl: 'https://0x7f.1/v1' }],
    ['baseUrl', { baseUrl: 'https://[::ffff:10.0.0.1]/v1' }],
    ['baseUrl', { baseUrl: 'https://key@inference.example.com/v1' }],
    ['baseUrl', { baseUrl: 'https://inference.example.com/v1?key=secret' }],
    ['baseUrl', { baseUrl: 'https://evil-vllm.corp.local/v1' }],
    ['baseUrl', { baseUrl: 'file:///etc/passwd' }],
    ['secretArn', { secretArn: `${SECRET}purser-dev-providers/globex/key-a1b2c3` }],
    ['secretArn', { secretArn: `${SECRET}purser-dev-providers/acme2/key-a1b2c3` }],
    ['secretArn', { secretArn: `${SECRET}database-password-a1b2c3` }],
    ['secretArn', { secretArn: 'sk-1234567890' }],
    ['models[0].apis[0]', { models: [{ model: 'neuro-coder', apis: ['converse'] }] }],
    ['apiKey', { apiKey: 'sk-1234567890' }],
  ])('names %s of %o', async (field, change) => {
    const answer = await call(handler, PUT, {
      role: 'admin',
      params,
      body: { ...body, ...change },
    });
    expect(answer.status).toBe(400);
    expect((answer.json['errors'] as { field: string }[]).map((each) => each.field)).toContain(
      field,
    );
  });

  test.each(['http://vllm.corp:8000/v1', 'https://a.inference.corp/v1'])(
    'may run on a private host that the deployment allows: %s',
    async (baseUrl) => {
      const request = {
        role: 'admin',
        params: { name: 'corp' },
        body: { ...body, baseUrl },
      } as const;
      expect((await call(handler, PUT, request)).status).toBe(200);
    },
  );

  test('are not called bedrock', async () => {
    const answer = await call(handler, PUT, { role: 'admin', params: { name: 'bedrock' }, body });
    expect(answer.json).toMatchObject({ errors: [{ field: 'name' }] });
  });
});

describe('endpoints', () => {
  const organizationId = 'beta';
  const show = async (as: string) =>
    (await call(handler, ENDPOINTS, { organizationId: as, role: 'viewer' })).json['items'];

  test('show their health, and say nothing about the volume of others', async () => {
    const health = createEndpointHealthStore(store.db);
    const own = {
      owner: `organization#${organizationId}`,
      id: '["neuro","eu-central-1","coder-7b"]',
    };
    const nova = { owner: 'bedrock', id: '["bedrock","us-east-1","us.amazon.nova-pro-v1:0"]' };
    const { secretArn: _, ...open } = body;
    await call(handler, PUT, { organizationId, role: 'admin', params, body: open });
    for (const [kind, count] of [
      ['ok', 3],
      ['failed', 1],
    ] as const) {
      for (let at = 0; at < count; at += 1) {
        const tally = tallyOf({ kind, latencyMs: 150, firstTokenMs: 40 });
        await health.add(nova, slotAt(NOON), tally, NOON);
      }
    }
    await health.setBreaker(own, opened(NEVER_OPEN, 'failing', NOON), NOON);
    const bedrock = {
      provider: 'bedrock',
      region: 'us-east-1',
      model: 'us.amazon.nova-pro-v1:0',
      state: 'closed',
      successShare: 0.75,
      latencyMs: 150,
      firstTokenMs: 40,
    };
    const at = new Date(NOON).toISOString();
    expect(await show(organizationId)).toEqual([
      bedrock,
      {
        provider: 'neuro',
        region: 'eu-central-1',
        model: 'coder-7b',
        state: 'open',
        cause: 'failing',
        since: at,
        probesFrom: new Date(NOON + 5_000).toISOString(),
      },
    ]);
    expect(await show('gamma')).toEqual([bedrock]);
  });
});

describe('routing', () => {
  const PATH = '/v1/settings/routing';
  const organizationId = 'delta';

  test('is nearest until something else is set, which is audited', async () => {
    const builtin = { strategy: 'nearest', pools: [], profiles: 'geographic' };
    expect((await call(handler, `GET ${PATH}`, { organizationId })).json).toEqual(builtin);
    const settings = {
      strategy: 'performance',
      pools: [{ model: 'nova-pro', strategy: 'severity' }],
      regions: ['eu-west-1'],
      profiles: 'global',
    };
    const put = await call(handler, `PUT ${PATH}`, { organizationId, body: settings });
    expect(put.json).toEqual(settings);
    expect((await call(handler, `GET ${PATH}`, { organizationId })).json).toEqual(settings);
    const [entry] = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entry).toMatchObject({ action: 'routing-settings.put', after: { prefersGlobal: true } });
  });
});
