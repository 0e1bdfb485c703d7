import { benchmarkServices } from '../../composition/advice.ts';
import { stores } from '../../composition/stores.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/benchmarks/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';

const GET = 'GET /v1/benchmarks';
const PUT = 'PUT /v1/benchmarks/{industry}';
const DAY_MS = 86_400_000;

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const { db } = store;
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...benchmarkServices(db, world) });
  const usageOf = (organizationId: string, isCounted: (index: number) => boolean) =>
    Array.from({ length: 150 }, (_, index) =>
      postingWith({
        organizationId,
        operation: index < 120 ? 'chat' : index < 140 ? 'rank' : undefined,
        amountNanoUsd: 1_000_000n,
        occurredAtMs: NOON - (1 + (index % 3)) * DAY_MS,
        tags: { outcome: 'resolved' },
        ...(isCounted(index) ? { countedTags: ['outcome'] } : {}),
      }),
    );
  const postings = [
    ...usageOf('acme', (index) => index % 9 < 3),
    // Listed yesterday.
    ...usageOf('late', (index) => index % 6 === 0),
  ];
  const { usage } = stores(db);
  expect((await usage.record(postings, 90, NOON)).kind).toBe('recorded');
});
afterAll(() => store.close());

test('own unit costs of complete days are compared with the built-in profile', async () => {
  const { status, json } = await call(handler, GET, { role: 'viewer' });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    industry: 'hospitality',
    profile: 'builtin',
    to: '2026-11-21T00:00:00.000Z',
    items: [
      { metric: 'costPerRequest', ownUsd: '0.001000000', band: 'within', basis: 'modelled' },
      { metric: 'costPerThousandTokens', ownUsd: '0.000810372' },
      { metric: 'costPerOutcome', ownUsd: '0.002941176', requests: 150 },
    ],
    operations: [
      { operation: 'chat', requests: 120, costPerRequestUsd: '0.001000000' },
      { operation: 'rank', requests: 20 },
      { operation: null, requests: 10 },
    ],
  });
});

test('an outcome costs what was spent since the first was told', async () => {
  const { json } = await call(handler, GET, { organizationId: 'late' });
  const figures = json['items'] as { metric: string }[];
  expect(figures.find(({ metric }) => metric === 'costPerOutcome')).toMatchObject({
    ownUsd: '0.002000000',
  });
});

test("an organization's own profile goes before, and is audited", async () => {
  const figure = {
    metric: 'costPerRequest',
    operation: 'chat',
    lowUsd: '0.0001',
    typicalUsd: '0.0002',
    highUsd: '0.0003',
    basis: 'reported',
    meaning: 'one answer to a guest',
    source: 'our association',
    sourceDate: '2026-01-31',
  };
  const params = { industry: 'hospitality' };
  const body = { title: 'Our hotels', figures: [figure] };
  expect((await call(handler, PUT, { params, body, role: 'caller' })).status).toBe(403);
  expect((await call(handler, PUT, { params, body })).status).toBe(200);
  expect((await call(handler, GET)).json).toMatchObject({
    profile: 'organization',
    title: 'Our hotels',
    items: [{ operation: 'chat', ownUsd: '0.001000000', band: 'above', requests: 120 }],
  });
  const entries = await stores(store.db).audit.listDay('acme', '2026-11-21');
  expect(entries).toMatchObject([{ action: 'benchmark.put', target: 'hospitality' }]);
  const upside = { ...figure, lowUsd: '0.001' };
  const wrong = await call(handler, PUT, { params, body: { ...body, figures: [upside] } });
  expect(wrong.json).toMatchObject({ status: 400, errors: [{ field: 'figures[0].lowUsd' }] });
  const unknown = await call(handler, GET, { query: { industry: 'space-travel' } });
  expect(unknown.status).toBe(404);
});
