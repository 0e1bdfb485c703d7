import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { codexHistory, codexLiteRequest, codexRequest, WEB } from '../support/codex-shapes.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import type { StreamedCall } from '../support/streamed-call.ts';

const desk = openGatewayDesk();
const ROUTE = 'POST /openai/v1/responses';
const SESSION = '01a22dc4-92a1-7c82-91a8-eb1fff1061af';
const headers = { originator: 'codex_exec', 'session-id': SESSION, 'thread-id': SESSION };
const ask = (body: object, further: object = {}): Promise<StreamedCall> =>
  desk.call(ROUTE, { body, headers: { ...headers, ...further } });

type Item = JsonObject & { type: string };
const eventsIn = ({ body }: StreamedCall): JsonObject[] =>
  [...body.matchAll(/^data: (\{.+)$/gm)].map(([, data = '']) => JSON.parse(data) as JsonObject);
const finishedIn = (answer: StreamedCall): Item[] =>
  eventsIn(answer).flatMap(({ type, item }) =>
    type === 'response.output_item.done' && (item as Item).type !== 'reasoning'
      ? [item as Item]
      : [],
  );
const outputIn = (answer: StreamedCall): Item[] => {
  const { response } = eventsIn(answer).at(-1) as { response: { output: Item[] } };
  return response.output.filter(({ type }) => type !== 'reasoning');
};
const calling = (name: string, input: object) =>
  desk.standIn.set({ rules: [{ when: {}, steps: [{ tools: [{ name, input }] }] }] });

describe.each([
  ['that speaks Responses', GPT],
  ['that is reached by translation', CLAUDE],
])('Codex with a model %s', (_, model) => {
  it.each([
    ['exec_command', { cmd: 'ls' }, { type: 'function_call', name: 'exec_command' }],
    [
      'mcp__weather__get_weather',
      { city: 'Rome' },
      { type: 'function_call', name: 'get_weather', namespace: 'mcp__weather' },
    ],
    [
      'apply_patch',
      { input: '*** Begin Patch' },
      { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch' },
    ],
    [
      'tool_search',
      { query: 'rain' },
      { type: 'tool_search_call', execution: 'client', arguments: { query: 'rain' } },
    ],
  ])('gets its call of %s as it knows it, in a stream', async (name, input, expected) => {
    calling(name, input);
    const answer = await ask({ ...codexRequest, model });
    expect(answer.status, answer.body).toBe(200);
    expect(finishedIn(answer)).toMatchObject([expected]);
    expect(outputIn(answer)).toMatchObject([expected]);
    expect(eventsIn(answer).map((event) => event['sequence_number'])).toEqual(
      eventsIn(answer).map((_event, at) => at),
    );
    expect(await desk.entryOf(answer)).toMatchObject({ state: 'settled', sessionId: SESSION });
  });

  it('gets it at once, too', async () => {
    calling('exec', { input: '1' });
    const answer = await ask({ ...codexLiteRequest, model, stream: false });
    expect(answer.status, answer.body).toBe(200);
    const { output } = JSON.parse(answer.body) as { output: Item[] };
    expect(output.at(-1)).toMatchObject({
      type: 'custom_tool_call',
      name: 'exec',
      namespace: 'functions',
      input: '1',
    });
  });

  it('goes on after its tools ran, and is told what was left out', async () => {
    const input = [...codexRequest.input, ...codexHistory];
    const answer = await ask({ ...codexRequest, input, model });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['x-purser-removed']).toBe('tools.web_search, input.web_search_call');
    expect(await desk.entryOf(answer)).toMatchObject({
      usage: { inputTokens: desk.standIn.lastCall()?.usage?.inputTokens },
    });
  });

  it('is refused a tool of the provider where it asks for nothing else', async () => {
    const answer = await ask({ model, input: 'Search', tools: [WEB] });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('web_search');
  });
});

describe('a sub-agent of Codex', () => {
  it('spends in its session, and its tag is its thread', async () => {
    const thread = '01a22dd3-19f0-7ea1-81ff-96f6c9cf14bd';
    const sub = { 'thread-id': thread, 'x-codex-parent-thread-id': SESSION };
    const answer = await ask({ ...codexRequest, model: GPT }, sub);
    expect(await desk.entryOf(answer)).toMatchObject({
      sessionId: SESSION,
      tags: { agent: thread, 'parent-agent': SESSION },
    });
  });
});

describe('a budget that is spent', () => {
  it('is told to Codex by the type whose reason it shows', async () => {
    await desk.limit('session', SESSION, 1n);
    const answer = await ask({ ...codexRequest, model: GPT });
    expect(answer.status).toBe(429);
    expect(answer.headers['x-codex-promo-message']).toMatch(
      new RegExp(`^Budget session/${SESSION}/total has 0\\.0+1 USD left, .* for more$`),
    );
    expect(answer.headers).not.toHaveProperty('x-purser-cost-usd');
    expect(answer.headers['x-purser-needed-usd']).toMatch(/^0\.\d{9}$/);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'usage_limit_reached' } });
    expect(desk.standIn.lastCall()).toBeUndefined();
  });

  it('stays insufficient_quota for other clients', async () => {
    await desk.limit('session', SESSION, 1n);
    const answer = await ask({ ...codexRequest, model: GPT }, { originator: 'other' });
    expect(JSON.parse(answer.body)).toMatchObject({ error: { type: 'insufficient_quota' } });
    expect(answer.headers).not.toHaveProperty('x-codex-promo-message');
  });
});

describe('a budget with room', () => {
  it('is told to Codex by how much of it is used', async () => {
    await desk.limit('user', 'ada', 10_000_000_000n);
    const answer = await ask({ ...codexRequest, model: GPT }, { 'x-purser-user': 'ada' });
    expect(answer.headers['x-codex-primary-used-percent']).toMatch(/^\d\.\d\d$/);
    expect(answer.headers['x-codex-primary-window-minutes']).toBe('1440');
    const resetsAt = Number(answer.headers['x-codex-primary-reset-at']) * 1_000;
    expect(resetsAt % 86_400_000).toBe(0);
    expect(resetsAt).toBeGreaterThan(Date.now());
  });
});

describe('a provider that throttles', () => {
  it('is told to Codex with a time to try again, in its own words', async () => {
    desk.standIn.set({ rules: [{ when: {}, steps: [{ fault: { kind: 'throttling' } }] }] });
    const answer = await ask({ ...codexRequest, model: GPT });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.body).toContain('Too many requests');
    expect(await desk.entryOf(answer)).toMatchObject({ state: 'voided' });
  });
});
