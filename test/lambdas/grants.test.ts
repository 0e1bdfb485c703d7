import { stores } from '../../composition/stores.ts';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTableChanges } from '../../aws/table-changes.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { entryItem, entryKey } from '../../tables/ledger/entry-items.ts';
import {
  changesOptions,
  type EmbeddedStore,
  startEmbeddedStore,
} from '../support/embedded-store.ts';
import { grantedStore } from '../support/granted-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { MODEL } from '../support/reserving.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

const MINUTE_MS = 60_000;
const HOLD_SECONDS = 60;
const request = { system: 'relaycore', userId: 'ada', inputTokens: 1_000, maxOutputTokens: 100 };
const usage = { inputTokens: 1_000, outputTokens: 50 };

let store: EmbeddedStore;
const handlers = new Map<string, unknown>();
let sent = 0;
const published: Alert[] = [];

beforeAll(async () => {
  store = await startEmbeddedStore();
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'purser');
  vi.stubEnv('PURSER_TABLE_PREFIX', 'granted');
  vi.stubEnv('PURSER_RESERVATION_HOLD_SECONDS', String(HOLD_SECONDS));
  vi.stubEnv('PURSER_RETENTION_DAYS', '400');
  vi.stubEnv('PURSER_ENTRY_SHARDS', '[]');
  vi.stubEnv(
    'PURSER_PROVIDERS',
    '{"privateHosts":[],"connectTimeoutMs":1000,"silenceTimeoutMs":10000,"maxConnections":10}',
  );
  vi.stubEnv('PURSER_ENVIRONMENT', 'dev');
  vi.stubEnv('PURSER_AUTHORIZER_CACHE_SECONDS', '60');
  vi.stubEnv('PURSER_REQUESTS_PER_SECOND', '500');
  vi.stubEnv('PURSER_ALERT_QUEUE_URL', 'http://127.0.0.1/alerts');
  vi.stubEnv('PURSER_JOB_QUEUE_URL', 'http://127.0.0.1/jobs');
  vi.stubEnv('PURSER_JOB_BUCKET', 'jobs');
});
afterAll(async () => {
  vi.doUnmock('../../lambdas/edge/open-store.ts');
  vi.doUnmock('../../aws/table-changes.ts');
  vi.doUnmock('../../aws/queue.ts');
  vi.unstubAllEnvs();
  vi.useRealTimers();
  await store.close();
});

/** The function as deployed, on a store that denies what its role does not grant. */
async function deployed(name: string): Promise<unknown> {
  const openHandler = handlers.get(name);
  if (openHandler) return openHandler;
  const definition = FUNCTIONS.find((item: FunctionDefinition) => item.name === name);
  if (!definition) throw new Error(`there is no function ${name}`);
  vi.resetModules();
  vi.doMock('../../lambdas/edge/open-store.ts', () => ({
    openStore: () => grantedStore(store.db, definition),
  }));
  vi.doMock('../../aws/table-changes.ts', () => ({
    createTableChanges: (_: object, table: string) =>
      createTableChanges(changesOptions(store), table),
  }));
  vi.doMock('../../aws/queue.ts', () => ({
    createQueue: () => ({ publish: async (message: Alert) => void published.push(message) }),
  }));
  const { handler }: { handler: unknown } = await import(`../../lambdas/${name}/index.ts`);
  handlers.set(name, handler);
  return handler;
}

async function served(
  name: string,
  routeKey: string,
  asked: Parameters<typeof call>[2] = {},
): Promise<Answer> {
  const answer = await call(await deployed(name), routeKey, asked);
  expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

const onSchedule = async (name: string): Promise<unknown> => {
  const handler = (await deployed(name)) as (event: object, context: object) => Promise<unknown>;
  return handler({}, {});
};

async function reserved(model = MODEL): Promise<{ id: string }> {
  const body = { ...request, model, tags: { nr: String((sent += 1)) } };
  const { json } = await served('reserve', 'POST /v1/reservations', { body });
  return { id: String(json['reservationId']) };
}

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const user = { scope: 'user', scopeId: 'ada', period: 'daily' };
const organization = { scope: 'organization', scopeId: 'acme', period: 'monthly' };

test.each([
  ['exact budgets', {}],
  ['budgets that lend, in lanes', { mode: 'escrow', peakRequestsPerSecond: 1_000 }],
])('budgets are kept, and requests held and closed, by what is granted: %s', async (_, more) => {
  for (const params of [organization, user]) {
    await served('budgets', `PUT ${BUDGET}`, { params, body: { limitUsd: '500', ...more } });
    await served('budgets', `GET ${BUDGET}`, { params });
  }
  await served('budgets', 'GET /v1/budgets');
  const check = { userId: 'ada', estimatedCostUsd: '0.5' };
  await served('budgets', 'POST /v1/budgets/check', { body: check });

  const settled = { params: await reserved() };
  await served('extend-reservation', 'POST /v1/reservations/{id}/extend', {
    ...settled,
    body: { holdSeconds: 7_200 },
  });
  await served('reserve', 'POST /v1/reservations/{id}/settle', {
    ...settled,
    body: { usage, model: 'anthropic.claude-sonnet-4-6' },
  });
  await served('get-reservation', 'GET /v1/reservations/{id}', settled);
  await served('correct-cost', 'POST /v1/reservations/{id}/corrections', {
    ...settled,
    body: { correctionId: 'one', actualCostUsd: '0.1', reason: 'refunded' },
  });
  const voided = { params: await reserved() };
  await served('void-reservation', 'POST /v1/reservations/{id}/void', voided);

  // Lowering a limit calls money back, and removing the last budget removes its listing.
  await served('budgets', `PUT ${BUDGET}`, {
    params: organization,
    body: { limitUsd: '0.01', ...more },
  });
  for (const params of [organization, user]) {
    await served('budgets', `DELETE ${BUDGET}`, { params });
  }
});

test('usage, prices and predictions are served by what is granted', async () => {
  const event = { ...request, eventId: 'e-1', at: new Date().toISOString(), model: MODEL, usage };
  const { inputTokens: _, maxOutputTokens: __, ...stated } = event;
  const { json } = await served('ingest-usage', 'POST /v1/usage', { body: { events: [stated] } });
  expect(json).toMatchObject({ accepted: 1 });
  await served('correct-cost', 'POST /v1/usage/{eventId}/corrections', {
    params: { eventId: 'e-1' },
    body: { correctionId: 'one', actualCostUsd: '0.1', reason: 'refunded' },
  });
  await served('list-usage', 'GET /v1/usage', { query: { system: 'relaycore' } });
  await served('list-usage', 'GET /v1/usage', { query: { userId: 'ada' } });
  await served('predict-cost', 'POST /v1/predictions', { body: request });
  await served('predict-cost', 'POST /v1/selections', { body: { request } });
  await served('catalog', 'GET /v1/models');
  const params = { model: 'own.model' };
  await served('catalog', 'PUT /v1/models/{model}', {
    params,
    body: { provider: 'Own', family: 'own', contextTokens: 1_000, maxOutputTokens: 100 },
  });
  await served('catalog', 'PUT /v1/rate-cards/{model}', {
    params,
    body: { inputUsdPerMillion: '1', outputUsdPerMillion: '2' },
  });
  await served('catalog', 'GET /v1/rate-cards/{model}', { params });
  await served('catalog', 'GET /v1/predictors');
  await served('catalog', 'PUT /v1/predictors/active', { body: { version: 'online-2' } });
});

test('disputes are opened, listed and ended by what is granted', async () => {
  const stating = { params: await reserved() };
  await served('reserve', 'POST /v1/reservations/{id}/settle', {
    ...stating,
    role: 'caller',
    body: { usage, actualCostUsd: '100' },
  });
  await served('disputes', 'GET /v1/disputes');
  const body = { reason: 'looked at' };
  await served('disputes', 'POST /v1/disputes/{id}/reject', { ...stating, body });
  const params = { keyId: 'key-1' };
  await served('disputes', 'GET /v1/conduct/{keyId}', { params });
  await served('disputes', 'POST /v1/conduct/{keyId}/clear', { params, body });
  published.length = 0;
});

test('thresholds and alert preferences are managed by what is granted', async () => {
  const params = { scope: 'user', scopeId: 'ada' };
  const levels = [{ name: 'warning', amountUsd: '1', period: 'daily', action: 'alert' }];
  await served('thresholds', 'PUT /v1/thresholds/{scope}/{scopeId}', { params, body: { levels } });
  await served('thresholds', 'GET /v1/thresholds/{scope}/{scopeId}', { params });
  await served('thresholds', 'GET /v1/breaches');
  const preferences = '/v1/alerts/preferences/{scope}/{scopeId}';
  await served('thresholds', `PUT ${preferences}`, { params, body: { channels: ['email'] } });
  await served('thresholds', `GET ${preferences}`, { params });
  await served('thresholds', 'POST /v1/alerts/test', { body: params });
  expect(published).toMatchObject([{ kind: 'test', ...params }]);
});

test('keys are managed and presented by what is granted', async () => {
  const body = { name: 'a key', role: 'admin' };
  const { json } = await served('keys', 'POST /v1/keys', { body });
  await served('keys', 'POST /v1/keys', { body });
  const params = { keyId: String(json['keyId']) };
  const authorize = (await deployed('authorizer')) as (event: object) => Promise<unknown>;
  const headers = { authorization: `Bearer ${String(json['key'])}` };
  expect(
    await authorize({ headers, requestContext: { http: { sourceIp: '192.0.2.1' } } }),
  ).toMatchObject({
    context: { actor: params.keyId },
  });
  const { json: list } = await served('keys', 'GET /v1/keys');
  const items = list['items'] as { keyId: string; lastUsedAt?: string }[];
  expect(items.find(({ keyId }) => keyId === params.keyId)?.lastUsedAt).toBeDefined();
  const rotation = { params, body: { overlapHours: 1 } };
  await served('keys', 'POST /v1/keys/{keyId}/rotate', rotation);
  await served('keys', 'POST /v1/keys/{keyId}/rotate', { params, body: { overlapHours: 0 } });
  await served('keys', 'DELETE /v1/keys/{keyId}', { params });
});

test('scheduled and streamed work is granted what it needs', async () => {
  await served('budgets', `PUT ${BUDGET}`, {
    params: user,
    body: { limitUsd: '500', mode: 'escrow' },
  });
  const { id } = await reserved();
  vi.useFakeTimers({ now: Date.now() + 2 * MINUTE_MS, toFake: ['Date'] });
  expect(await onSchedule('sweep-reservations')).toMatchObject({ expired: 1 });
  const { json } = await served('get-reservation', 'GET /v1/reservations/{id}', { params: { id } });
  expect(json).toMatchObject({ state: 'expired' });
  expect(await onSchedule('check-ledger')).toMatchObject({ violations: [] });
  expect(await onSchedule('train-predictor')).toEqual({ trainings: [] });
});

test('settings are changed, and told to every caller, by what is granted', async () => {
  const path = '/v1/settings/identity';
  await served('settings', `GET ${path}`);
  await served('settings', `PUT ${path}`, { body: { comparison: 'exact' } });
  const key = { keyId: 'key', organizationId: 'acme', role: 'caller', createdAtMs: 0 } as const;
  await stores(store.db).keys.put('secret', key);
  const identify = (await deployed('authorizer')) as (event: object) => Promise<object>;
  const event = {
    headers: { authorization: 'Bearer secret' },
    requestContext: { http: { sourceIp: '192.0.2.1' } },
  };
  expect(await identify(event)).toMatchObject({ context: { idComparison: 'exact' } });
  await served('settings', `PUT ${path}`, { body: { comparison: 'folded' } });
});

test('providers and routing are managed, and endpoints shown, by what is granted', async () => {
  const params = { name: 'neuro' };
  const models = [{ model: 'neuro-coder', apis: ['chat'] }];
  await served('routing', 'PUT /v1/providers/{name}', {
    params,
    body: { baseUrl: 'https://inference.example.com/v1', models },
  });
  await served('routing', 'GET /v1/providers/{name}', { params });
  await served('routing', 'GET /v1/endpoints');
  await served('routing', 'DELETE /v1/providers/{name}', { params });
  await served('routing', 'PUT /v1/settings/routing', { body: { strategy: 'round-robin' } });
  await served('routing', 'GET /v1/settings/routing');
});

test('the ledger’s stream is counted, and what cannot be is set apart, by what is granted', async () => {
  const charge: Entry = {
    entryId: 'granted',
    kind: 'charge',
    organizationId: 'acme',
    userId: 'ada',
    system: 'relaycore',
    model: MODEL,
    state: 'settled',
    amountNanoUsd: 0n,
    chargedNanoUsd: 5n,
    balances: [],
    // Belongs to a past day, which invalidates the analytics cache.
    occurredAtMs: Date.now() - 2 * 86_400_000,
    version: 1,
    requestDigest: 'digest',
  };
  const recordOf = (entry: Entry, changes: object, position: number) => {
    const image = marshall(
      { ...entryItem(entry, ENTRY_STORAGE), ...changes },
      { removeUndefinedValues: true },
    );
    const Keys = { pk: image['pk'], sk: image['sk'] };
    return { dynamodb: { SequenceNumber: String(position), Keys, NewImage: image } };
  };
  const handler = (await deployed('aggregate-usage')) as (event: object) => Promise<unknown>;
  const damaged = { ...charge, entryId: 'damaged' };
  const Records = [recordOf(damaged, { chg: 'much' }, 1), recordOf(charge, {}, 2)];
  expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
  const { items } = await stores(store.db).suspense.scan();
  expect(items).toMatchObject([{ organizationId: 'acme', entryKey: entryKey([], damaged) }]);
  const recorded = await stores(store.db).usage.listRecorded([
    { ...charge, postingId: 'relaycore~granted.1' },
  ]);
  expect(recorded).toMatchObject([{ amountNanoUsd: 5n }]);
});
