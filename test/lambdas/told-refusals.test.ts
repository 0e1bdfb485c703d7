// Provides what a function that streams needs as soon as it is loaded.
import { callStreamed, restEvent } from '../support/streamed-call.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keyServices } from '../../composition/access.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { WIRE_PATHS } from '../../domain/gateway/wire.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { toolCall } from '../support/request-bodies.ts';
import { MODEL } from '../support/reserving.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { testWorld } from '../support/world.ts';

const telemetry = silentTelemetry();
let store: EmbeddedStore;
let deployed: Deployed;
let key: string;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store, telemetry);
  const { manager } = keyServices(store.db, { ...testWorld(), environment: 'dev' });
  const admin = {
    organizationId: 'acme',
    actor: 'test',
    role: 'admin',
    nowMs: Date.now(),
  } as const;
  key = (await manager.create(admin, { name: 'a key', role: 'admin' }, undefined)).text;
  const params = { scope: 'user', scopeId: 'poor', period: 'daily' };
  await ask('PUT /v1/budgets/{scope}/{scopeId}/{period}', { params, body: { limitUsd: '0' } });
});
afterAll(async () => {
  await deployed.close();
  await store.close();
});
beforeEach(() => {
  telemetry.lines.length = 0;
  telemetry.metrics.length = 0;
});

const STREAMED = new Set(
  FUNCTIONS.filter(({ streams }) => streams).flatMap(({ routes = [] }) =>
    routes.map(({ method, path }) => `${method} ${path}`),
  ),
);

type Request = NonNullable<Parameters<typeof call>[2]>;

/** Calls a route as its API does. `context` of nobody stands for a request without a key. */
async function ask(routeKey: string, request: Request): Promise<number> {
  const handler = await deployed.handlerOf(routeKey);
  if (!STREAMED.has(routeKey)) return (await call(handler, routeKey, request)).status;
  const own: Record<string, string> = request.context ? {} : { authorization: `Bearer ${key}` };
  const headers = { ...own, ...request.headers };
  const event = restEvent(routeKey, { ...request, headers });
  return (await callStreamed(handler as object, event)).status;
}

const told = () => telemetry.lines.filter(({ code }) => code === 'REQUEST_REFUSED');
const decisions = () =>
  telemetry.metrics
    .filter(({ name }) => name === 'ReservationsDecided')
    .map(({ dimensions }) => dimensions['Decision']);

const PUBLIC = new Set(
  Object.values(ROUTES)
    .filter(({ roles }) => roles === 'public')
    .map(({ method, path }) => `${method} ${path}`),
);
/** One route of each function that requires a key. The fallback refuses every caller. */
const REFUSING = FUNCTIONS.flatMap(({ name, routes = [] }): [string, string][] => {
  const keys = routes.map(({ method, path }) => (path === '$default' ? path : `${method} ${path}`));
  return keys
    .filter((routeKey) => !PUBLIC.has(routeKey))
    .slice(0, 1)
    .map((routeKey) => [name, routeKey]);
});

test.each(REFUSING)('%s logs what it refuses (%s)', async (_name, routeKey) => {
  const isFallback = routeKey === '$default';
  const handlerKey = isFallback ? `ANY ${routeKey}` : routeKey;
  const [, status, problem] = isFallback
    ? [await call(await deployed.handlerOf(handlerKey), routeKey), 404, 'not-found']
    : [await ask(routeKey, { context: {}, body: {} }), 401, 'unauthorized'];
  expect(told()).toEqual([
    {
      level: 'info',
      code: 'REQUEST_REFUSED',
      facts: { requestId: 'request-1', route: routeKey, status, problem },
    },
  ]);
});

test('only functions whose routes are public refuse nobody', () => {
  const refusing = new Set(REFUSING.map(([name]) => name));
  const others = FUNCTIONS.filter(({ name, routes }) => routes && !refusing.has(name));
  expect(others.map(({ name }) => name)).toEqual(['health', 'openapi']);
});

const asked = { system: 'relaycore', model: MODEL, inputTokens: 100, maxOutputTokens: 10 };
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const as = (userId: string) => ({ headers: { 'x-purser-user': userId } });

/** A request that holds money, of every route that may hold some. */
const RESERVING: Record<string, (userId: string) => Request> = {
  'POST /v1/reservations': (userId) => ({ body: { ...asked, userId } }),
  'POST /v1/workflows': (userId) => ({ body: { steps: [{ ...asked, userId }] } }),
  'POST /v1/invocations': (userId) => ({
    body: { model: 'claude-haiku-4-5', prompt: 'Hi.', userId },
  }),
  'POST /anthropic/v1/messages': (userId) => ({
    body: { model: 'claude-haiku-4-5', max_tokens: 9, messages: said },
    ...as(userId),
  }),
  'POST /openai/v1/responses': (userId) => ({
    body: { model: 'openai.gpt-oss-120b-1:0', input: 'Hi.' },
    ...as(userId),
  }),
  'POST /openai/v1/embeddings': (userId) => ({
    body: { model: 'amazon.titan-embed-text-v2:0', input: 'Hi.' },
    ...as(userId),
  }),
};
const CHATS = ['POST /openai/v1/chat/completions', 'POST /v1/chat/completions'];
for (const route of CHATS) {
  RESERVING[route] = (userId) => ({
    body: { model: 'claude-haiku-4-5', messages: said },
    ...as(userId),
  });
}
for (const action of ['converse', 'converse-stream', 'invoke', 'invoke-with-response-stream']) {
  const converse = { messages: [{ role: 'user', content: [{ text: 'Hi.' }] }] };
  const invoke = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages: said };
  RESERVING[`POST /bedrock/model/{modelId}/${action}`] = (userId) => ({
    params: { modelId: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
    body: action.startsWith('invoke') ? invoke : converse,
    ...as(userId),
  });
}

test('every route that may hold money is in the list', () => {
  const declared = Object.values(ROUTES).filter(
    ({ problems, roles }) => problems?.includes('budget-exceeded') && !roles.includes('viewer'),
  );
  const routes = [
    ...declared.map(({ method, path }) => `${method} ${path}`),
    ...WIRE_PATHS.map((path) => `POST ${path}`),
  ];
  expect(Object.keys(RESERVING).toSorted()).toEqual([...new Set(routes)].toSorted());
});

test.each(Object.entries(RESERVING))('%s counts what is decided', async (routeKey, requestOf) => {
  const status = await ask(routeKey, requestOf('poor'));
  expect(decisions()).toEqual(['reject']);
  // AWS's clients know no 429 for a quota.
  expect(status).toBe(routeKey.includes('/bedrock/') ? 400 : 429);
  expect(told()).toMatchObject([{ facts: { status: 429, problem: 'budget-exceeded' } }]);
  await ask(routeKey, requestOf('rich'));
  expect(decisions()).toEqual(['reject', 'proceed']);
});

test('a missing price is counted for every caller', async () => {
  const model = 'nobody.unpriced';
  const steps = [{ ...asked, userId: 'ada', model }];
  await ask('POST /v1/reservations', { body: steps[0] });
  await ask('POST /v1/workflows', { body: { steps } });
  await ask('POST /mcp', { body: toolCall('quote', { model, inputTokens: 9, userId: 'ada' }) });
  const counted = telemetry.metrics.filter(({ name }) => name === 'UnknownPrices');
  expect(counted).toHaveLength(3);
  expect(told()).toMatchObject(
    ['POST /v1/reservations', 'POST /v1/workflows', 'POST /mcp'].map((route) => ({
      facts: { route, status: 422, problem: 'unknown-price' },
    })),
  );
});
