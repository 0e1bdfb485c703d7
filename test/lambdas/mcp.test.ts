import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { budgetServices } from '../../composition/budgets.ts';
import { toolServices } from '../../composition/tools.ts';
import type { CallerLimits } from '../../domain/access/caller.ts';
import { createHandler as createBudgets } from '../../lambdas/budgets/handler.ts';
import { createHandler } from '../../lambdas/mcp/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { toolCall } from '../support/request-bodies.ts';
import { MODEL } from '../support/reserving.ts';
import { testWorld } from '../support/world.ts';

const POST = 'POST /mcp';
const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const BUDGET = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';

let store: EmbeddedStore;
let handlers: { mcp: unknown; budgets: unknown };
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOW_MS);
  let ids = 0;
  handlers = {
    mcp: createHandler({
      ...world,
      ...toolServices(store.db, world),
      newId: () => `id-${(ids += 1)}`,
    }),
    budgets: createBudgets({ ...world, ...budgetServices(store.db, world) }),
  };
});
afterAll(() => store.close());

const limit = async (organizationId: string, scopeId: string, body: object): Promise<void> => {
  const params = { scope: 'user', scopeId, period: 'daily' };
  const { status, text } = await call(handlers.budgets, BUDGET, { organizationId, params, body });
  expect(status, text).toBe(200);
};

type As = { organizationId: string; limits?: CallerLimits };

/** The official client, on a network that ends at the function. */
async function connected({ organizationId, limits = {} }: As): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL('http://purser.example/mcp'), {
    async fetch(_, { method, headers, body } = {}) {
      // The router of the API answers other methods, so they never reach the function.
      if (method !== 'POST') return new Response(null, { status: 405 });
      const answer = await call(handlers.mcp, POST, {
        organizationId,
        role: 'caller',
        limits,
        headers: Object.fromEntries(new Headers(headers)),
        body: JSON.parse(String(body)),
      });
      return new Response(answer.text || null, {
        status: answer.status,
        headers: { 'content-type': String(answer.contentType) },
      });
    },
  });
  await client.connect(transport);
  return client;
}

/** A tool's text and data, as the client hands them to a model. */
async function use(as: As, name: string, input: Record<string, unknown> = {}) {
  const client = await connected(as);
  // Without the list, the client would not compare results with their schemas.
  await client.listTools();
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: input });
  const [{ text } = { text: '' }] = content as { text: string }[];
  return { text, data: structuredContent as Record<string, unknown>, isError: isError === true };
}

describe('the official client', () => {
  test('negotiates the version, and finds three tools with schemas', async () => {
    const client = await connected({ organizationId: 'first' });
    expect(client.getServerVersion()).toMatchObject({ name: 'purser' });
    expect(client.getInstructions()).toContain('remaining_budget');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['remaining_budget', 'quote', 'report_usage']);
    for (const { inputSchema, description } of tools) {
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(description?.length).toBeGreaterThan(50);
    }
    expect(tools[2]?.inputSchema.required).toEqual(['model', 'inputTokens', 'outputTokens']);
  });

  test('learns what is left of the budget of the one user of its key', async () => {
    const as = { organizationId: 'left', limits: { users: ['ada'] } };
    await limit('left', 'ada', { limitUsd: '5', limit: { requests: 10 } });
    const { text, data } = await use(as, 'remaining_budget');
    expect(text).toBe(
      'You have 5.00 USD left today: of 5.00 USD in budget user/ada/daily, 0.00 USD are spent and 0.00 USD held for open requests. It resets at 2026-11-22T00:00:00.000Z. user/ada/daily has 10 of 10 requests left.',
    );
    expect(data).toMatchObject({ userId: 'ada', remainingUsd: '5.000000000' });
  });

  test('reports usage once per event, which the budget then lacks', async () => {
    const as = { organizationId: 'report', limits: { users: ['ada'] } };
    await limit('report', 'ada', { limitUsd: '0.01' });
    const usage = { model: MODEL, inputTokens: 1_000, outputTokens: 100, eventId: 'turn-1' };
    const { text, data } = await use(as, 'report_usage', usage);
    expect(text).toMatch(/^Recorded as event turn-1\. You have 0\.00\d+ USD left today/);
    expect(data).toMatchObject({ eventId: 'turn-1', isDuplicate: false });
    const again = await use(as, 'report_usage', usage);
    expect(again.data).toEqual({ ...data, isDuplicate: true });
    const other = await use(as, 'report_usage', { ...usage, inputTokens: 2 });
    expect(other).toMatchObject({ isError: true });
    expect(other.text).toContain('conflicts with the event');

    await use(as, 'report_usage', { ...usage, eventId: undefined, outputTokens: 10_000 });
    const { text: spent } = await use(as, 'remaining_budget');
    expect(spent).toContain('You have nothing left today');
    expect(spent).toContain('Start no request that costs money before then');
  });

  test('learns what a request would cost, and what to do if it does not fit', async () => {
    const as = { organizationId: 'quote', limits: { users: ['ada'] } };
    const model = 'anthropic.claude-sonnet-4-6';
    const asked = { model, inputTokens: 100_000, maxOutputTokens: 4_000 };
    const free = await use(as, 'quote', asked);
    expect(free.text).toContain(`With ${model} it would cost about 0.`);
    expect(free.text).toContain('It fits. Cheaper: ');
    expect(free.text).toContain('No budget limits the money that you spend.');
    expect(free.data).toMatchObject({ fits: true, model, remainingUsd: null });
    await limit('quote', 'ada', { limitUsd: '0.10' });
    const tight = await use(as, 'quote', asked);
    expect(tight.text).toContain('It does not fit user/ada/daily now, so Purser would refuse it.');
    expect(tight.data).toMatchObject({ fits: false, decidingBudgetId: 'user/ada/daily' });
  });

  test('speaks of other users by name, and only within its limits', async () => {
    await limit('names', 'Ada', { limitUsd: '5' });
    const open = { organizationId: 'names' };
    expect((await use(open, 'remaining_budget', { userId: 'Ada' })).text).toMatch(
      /^Ada has 5\.00 USD left today/,
    );
    const none = await use(open, 'remaining_budget');
    expect(none).toMatchObject({ isError: true });
    expect(none.text).toContain('userId: is missing. Say whose money it is');
    const limited = { ...open, limits: { users: ['ada'], systems: ['relaycore'] } };
    for (const name of ['remaining_budget', 'quote', 'report_usage']) {
      const usage = { model: MODEL, inputTokens: 1, outputTokens: 1 };
      const input = name === 'report_usage' ? usage : name === 'quote' ? { inputTokens: 1 } : {};
      expect(await use(limited, name, input)).toMatchObject({ isError: false });
      const other = await use(limited, name, { ...input, userId: 'bob' });
      expect(other).toMatchObject({ isError: true });
      expect(other.text).toContain('userId: must be ada with these credentials');
    }
  });

  test.each([
    ['quote', { inputTokens: -1 }, 'inputTokens: must not be negative'],
    ['quote', {}, 'send inputTokens, prompt or messages'],
    ['quote', { inputTokens: 1, model: 'nobody.knows' }, 'Use a model that has a price'],
    ['remaining_budget', { other: 1 }, 'other: is not a known field'],
    ['report_usage', { model: MODEL, outputTokens: 1 }, 'inputTokens: is missing'],
    [
      'report_usage',
      { model: MODEL, inputTokens: 1, outputTokens: 1, at: '2020-01-01T00:00:00Z' },
      'is more than 48 hours ago',
    ],
  ])('gets a result that names the fault: %s %j', async (name, input, words) => {
    const as = { organizationId: 'faults', limits: { users: ['ada'] } };
    const { text, isError } = await use(as, name, input);
    expect(isError).toBe(true);
    expect(text).toContain(words);
  });

  test('gets an error of the protocol for a tool that does not exist', async () => {
    const client = await connected({ organizationId: 'unknown' });
    await expect(client.callTool({ name: 'constructor' })).rejects.toThrow(/no tool named/);
  });
});

describe('POST /mcp', () => {
  const message = toolCall('remaining_budget', { userId: 'ada' });
  const sent = (body: unknown, headers: Record<string, string> = {}) =>
    call(handlers.mcp, POST, { body, headers });

  test('takes notifications, and answers batches', async () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect(await sent(notification)).toMatchObject({ status: 202, text: '' });
    const { status, json } = await sent([message, { jsonrpc: '2.0', id: 2, method: 'ping' }]);
    expect(status).toBe(200);
    expect(json).toMatchObject([{ id: 1 }, { id: 2, result: {} }]);
  });

  test.each([
    [{ ...message, method: 'resources/list' }, 200, -32_601],
    [{ ...message, jsonrpc: '1.0' }, 400, -32_700],
    [[{ ...message, id: null }], 400, -32_700],
  ])('answers %j as JSON-RPC does', async (body, status, code) => {
    expect(await sent(body)).toMatchObject({ status, json: { error: { code } } });
  });

  test('offers its latest version to a client that asks for an unknown one', async () => {
    const params = {
      protocolVersion: '1999-01-01',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    expect((await sent(hello)).json).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    const old = { ...hello, params: { ...params, protocolVersion: '2025-03-26' } };
    expect((await sent(old)).json).toMatchObject({ result: { protocolVersion: '2025-03-26' } });
    expect(await sent(message, { 'mcp-protocol-version': '1999-01-01' })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('1999-01-01') } },
    });
  });

  test('refuses a viewer, and what is no message, as a problem', async () => {
    const viewer = await call(handlers.mcp, POST, { body: message, role: 'viewer' });
    expect(viewer.status).toBe(403);
    for (const body of ['text', []]) {
      expect(await sent(body)).toMatchObject({
        status: 400,
        json: { errors: [{ field: 'body' }] },
      });
    }
  });
});
