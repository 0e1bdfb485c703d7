import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';
import { codexHistory, codexLiteRequest, codexRequest } from '../support/codex-shapes.ts';
import claudeCode from './agents/claude-code.json' with { type: 'json' };
import codex from './agents/codex.json' with { type: 'json' };

type Agent = { path: string; session: string; headers: object; requests: object[] };

const SESSION = '01a22dc4-92a1-7c82-91a8-eb1fff1061af';
const codexOfToday: Agent = {
  path: '/openai/v1/responses',
  session: SESSION,
  headers: {
    accept: 'text/event-stream',
    originator: 'codex_exec',
    'user-agent': 'codex_exec/0.171.0',
    'session-id': SESSION,
    'thread-id': SESSION,
    'x-client-request-id': SESSION,
    'x-codex-beta-features': 'remote_compaction_v2',
  },
  requests: [
    codexRequest,
    { ...codexLiteRequest, input: [...codexLiteRequest.input, ...codexHistory] },
  ],
};

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
});
beforeEach(() => gateway.reset());
afterAll(() => purser?.giveBack());

/** Sends a request as the agent does, with its key for Purser. */
async function send({ path, headers }: Agent, request: object): Promise<Response> {
  return fetch(purser.url + path, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      authorization: `Bearer ${purser.key}`,
    },
    body: JSON.stringify(request),
  });
}

/** The types of a stream's events, in order and without repetitions. */
const typesIn = (stream: string): string[] =>
  [...stream.matchAll(/^event: (.+)$/gm)]
    .map(([, type = '']) => type)
    .filter((type, at, all) => type !== all[at - 1]);

/** Each agent with a model that speaks its format, and with one that is reached by translation. */
describe.each([
  ['Claude Code', claudeCode, CLAUDE, 'messages'],
  ['Claude Code', claudeCode, NOVA, 'converse'],
  ['Codex', codex, GPT, 'responses'],
  ['Codex', codex, CLAUDE, 'converse'],
  ['Codex 0.171', codexOfToday, GPT, 'responses'],
  ['Codex 0.171', codexOfToday, CLAUDE, 'converse'],
] as const)('%s', (name, agent: Agent, model, api) => {
  it.each([0, 1])(`is served turn %i by ${model}, in its session`, async (turn) => {
    const response = await send(agent, { ...agent.requests[turn], model });
    const stream = await response.text();
    expect(response.status, stream).toBe(200);
    expect(typesIn(stream).filter((type) => /error|failed/.test(type))).toEqual([]);
    expect(typesIn(stream)).toEqual(
      name.startsWith('Codex')
        ? expect.arrayContaining(['response.created', 'response.completed'])
        : expect.arrayContaining(['message_start', 'message_delta', 'message_stop']),
    );
    const call = await gateway.lastCall();
    expect(call).toMatchObject({ api, outcome: 'answered' });
    expect(await gateway.entryIn(response.headers)).toMatchObject({
      state: 'settled',
      sessionId: agent.session,
      usage: usageOf(call),
    });
  });
});

describe.each([
  [
    'Claude Code',
    claudeCode,
    CLAUDE,
    { type: 'error', error: { type: 'billing_error', message: /^spend limit reached \(total\) / } },
  ],
  ['Codex', codex, GPT, { error: { type: 'usage_limit_reached', message: /^Insufficient quota/ } }],
] as const)('a session of %s whose budget is spent', (_, agent: Agent, model, expected) => {
  it('is refused in words that the agent shows, and is not to try again', async () => {
    const session = `${agent.session}-spent`;
    await purser.put(`/v1/budgets/session/${session}/total`, { limitUsd: '0.000000001' });
    const headers = Object.fromEntries(
      Object.entries(agent.headers).map(([header, value]) => [
        header,
        value === agent.session ? session : String(value),
      ]),
    );
    const response = await send({ ...agent, headers }, { ...agent.requests[0], model });
    expect(response.status).toBe(429);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await response.json()).toMatchObject({
      ...expected,
      error: { ...expected.error, message: expect.stringMatching(expected.error.message) },
    });
    expect(await gateway.calls()).toEqual([]);
  });
});
