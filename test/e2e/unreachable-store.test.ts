import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { uuidV7 } from '../../client/uuid-v7.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { startBinary } from '../support/embedded-store.ts';
import { type Answer, type LocalPurser, startPurser } from '../support/local-purser.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { ALL_ROUTES, bodyOf, pathOf } from '../support/refused-cases.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { pagesOf } from '../../tables/query-all.ts';

const CLIENTS = 8;
const USAGE = { inputTokens: 500, outputTokens: 100 };
/** API Gateway times out after 30 s. */
const ANSWERED_WITHIN_MS = 25_000;

let store: Awaited<ReturnType<typeof startBinary>>;
let proxy: TcpProxy;
let purser: LocalPurser;

beforeAll(async () => {
  store = await startBinary();
  proxy = await startTcpProxy(new URL(store.endpoint));
  purser = await startPurser({ env: { PURSER_DYNAMODB_ENDPOINT: proxy.endpoint } });
  const { keys } = stores(direct());
  for (const name of ['first', 'second']) {
    const key = { keyId: name, organizationId: 'acme', role: 'admin' as const, createdAtMs: 0 };
    await keys.put(`${name}-key-not-seen-yet`, key);
  }
  await purser.put('/v1/budgets/organization/acme/monthly', { limitUsd: '1000' });
  // Starts functions one by one. All at once without a store would test a cold start instead of an
  // outage.
  for (const { name, routes } of FUNCTIONS) {
    if (routes) await purser.post(`/_local/invoke/purser-dev-${name}`, {});
  }
});
afterAll(async () => {
  await proxy?.restore();
  await purser?.stop();
  await proxy?.stop();
  await store?.close();
});

/** Bypasses the proxy. */
const direct = () =>
  createDynamoDb({ tablePrefix: 'purser-dev-', client: localEndpoint(store.endpoint) });

const request = (client: number) => ({
  system: 'relaycore',
  userId: `u${client}`,
  model: 'amazon.nova-lite-v1:0',
  inputTokens: 500,
  maxOutputTokens: 200,
});

const reserve = (client: number, key: string): Promise<Answer> =>
  purser.post('/v1/reservations', request(client), { 'idempotency-key': key });

function expectUnavailable({ status, headers, body }: Answer, of: string): void {
  expect(status, `${of} ${JSON.stringify(body)}`).toBe(503);
  expect(headers.get('content-type'), of).toMatch(/^application\/problem\+json/);
  expect(Number(headers.get('retry-after')), of).toBeGreaterThan(0);
  expect(body, of).toMatchObject({ status: 503, type: expect.stringMatching(/unavailable$/) });
}

/** Every route that requires credentials, called correctly, except the one that answers in JSON-RPC. */
const ROUTES = ALL_ROUTES.filter(([id, { roles }]) => roles !== 'public' && id !== 'callMcp');
/**
 * The local API runs only a few calls per credential at once, and each of these waits for the
 * store.
 */
const ONE_OF_EACH_FUNCTION = FUNCTIONS.flatMap(({ routes = [] }: FunctionDefinition) =>
  ROUTES.filter(([, { method, path }]) =>
    routes.some((item) => item.method === method && item.path === path),
  ).slice(0, 1),
);

function callRoutes(routes = ROUTES): Promise<[string, Answer][]> {
  return Promise.all(
    routes.map(async ([id, route]): Promise<[string, Answer]> => {
      const body: unknown = route.body ? JSON.parse(bodyOf(id)) : undefined;
      return [id, await purser.call(route.method, pathOf(route), body)];
    }),
  );
}

describe('a store that cannot be reached', () => {
  it('is answered by 503 everywhere, and loses nothing that was acknowledged', async () => {
    const startedMs = await purser.now();
    const calls: { client: number; key: string }[] = [];
    const acknowledged = new Map<string, string>();
    const settled = new Set<string>();
    /** Settlements that were answered by 503: the store may have them. */
    const unsure = new Set<string>();
    const unexpected: string[] = [];
    let refusals = 0;
    const load = { running: true };
    onTestFinished(() => void (load.running = false));
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let call = 0; load.running; call += 1) {
        const key = call % 2 === 0 ? uuidV7(startedMs) : `opaque-${client}-${call}`;
        calls.push({ client, key });
        const made = await reserve(client, key);
        if (made.status === 503) refusals += 1;
        else if (made.status !== 201)
          unexpected.push(`${made.status} ${JSON.stringify(made.body)}`);
        if (made.status !== 201) continue;
        const id = String(made.body['reservationId']);
        acknowledged.set(key, id);
        if (call % 3 > 0) continue;
        const { status } = await purser.post(`/v1/reservations/${id}/settle`, { usage: USAGE });
        if (status === 200) settled.add(id);
        else if (status === 503) unsure.add(id);
        else unexpected.push(`settle ${status}`);
      }
    });
    await pause(1_500);
    await proxy.cut();
    await pause(500);

    for (const [id, answer] of await callRoutes()) expectUnavailable(answer, id);
    for (const key of ['first-key-not-seen-yet', 'a-key-of-nobody']) {
      const headers = { authorization: `Bearer ${key}` };
      expectUnavailable(await purser.call('GET', '/v1/budgets', undefined, headers), key);
    }
    expect((await purser.get('/health')).status).toBe(200);
    expect((await purser.get('/health/deep')).status).toBe(503);
    expect((await purser.get('/v1/nothing')).status).toBe(404);

    await proxy.restore();
    await pause(500);
    load.running = false;
    await Promise.all(clients);
    expect(unexpected).toEqual([]);
    expect(refusals).toBeGreaterThan(CLIENTS);
    expect(acknowledged.size).toBeGreaterThan(CLIENTS * 2);

    const made = new Map<string, string>();
    await mapConcurrently(calls, CLIENTS, async ({ client, key }) => {
      const { status, body } = await reserve(client, key);
      const id = acknowledged.get(key) ?? '';
      const expected = unsure.has(id) ? [201, 409] : [settled.has(id) ? 409 : 201];
      expect(expected, `${key} ${JSON.stringify(body)}`).toContain(status);
      made.set(key, String(body['reservationId']));
    });
    for (const [key, id] of acknowledged) expect(made.get(key)).toBe(id);
    for (const id of settled) {
      expect((await purser.get(`/v1/reservations/${id}`)).body['state']).toBe('settled');
    }
    expect(await reservationIds()).toEqual([...made.values()].toSorted());
    await expectConserved();
  });

  it('leaves credentials that were met in the outage unverified for the cache time at most', async () => {
    await purser.post('/_local/clock', { advanceMs: 61_000 });
    const headers = { authorization: 'Bearer first-key-not-seen-yet' };
    expect((await purser.call('GET', '/v1/budgets', undefined, headers)).status).toBe(200);
    const nobody = { authorization: 'Bearer a-key-of-nobody' };
    expect((await purser.call('GET', '/v1/budgets', undefined, nobody)).status).toBe(401);
  });
});

describe('a store that takes requests and never answers', () => {
  it('is answered by 503 within seconds, and works again when it speaks', async () => {
    const key = uuidV7(await purser.now());
    // Longer than the gateway caches callers, so that the authorizer is affected too.
    await purser.post('/_local/clock', { advanceMs: 61_000 });
    proxy.silence();
    const started = performance.now();
    const seen = { authorization: 'Bearer second-key-not-seen-yet' };
    const [made, unseen, every] = await Promise.all([
      reserve(0, key),
      purser.call('GET', '/v1/budgets', undefined, seen),
      callRoutes(ONE_OF_EACH_FUNCTION),
    ]);
    const elapsedMs = performance.now() - started;
    expectUnavailable(made, 'reserve');
    expectUnavailable(unseen, 'a key not seen before');
    for (const [id, answer] of every) expectUnavailable(answer, id);
    expect(elapsedMs).toBeLessThan(ANSWERED_WITHIN_MS);

    await proxy.restore();
    expect((await reserve(0, key)).status).toBe(201);
    expect((await reserve(0, key)).status).toBe(201);
    await expectConserved();
  });
});

async function expectConserved(): Promise<void> {
  const report = await checkLedger(stores(direct()).ledger);
  expect(report.violations).toEqual([]);
}

async function reservationIds(): Promise<string[]> {
  const db = direct();
  const ids: string[] = [];
  const scan = { table: 'ledger', consistent: true };
  for await (const { items } of pagesOf((startKey) => db.scan({ ...scan, startKey }))) {
    for (const { k, id } of items) if (k === 'R') ids.push(String(id));
  }
  return ids.toSorted();
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
