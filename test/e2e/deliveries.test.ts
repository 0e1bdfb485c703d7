import { Anthropic } from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { formatUsd } from '../../domain/money.ts';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';

const messages = [{ role: 'user' as const, content: 'Name the capital of France.' }];

type Group = { key: string | null; costUsd: string; requests: number; outputTokens: number };
type Report = { totalUsd: string; total: Group; groups: Group[] };

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
  openai = new OpenAI({ baseURL: `${purser.url}/openai/v1`, apiKey: purser.key });
  anthropic = new Anthropic({ baseURL: `${purser.url}/anthropic`, apiKey: purser.key });
});
beforeEach(async () => {
  await gateway.reset();
  await gateway.set({
    timeScale: 1,
    rules: [{ steps: [{ outputTokens: 120, firstTokenMs: 10, tokensPerSecond: 60 }] }],
  });
});
afterAll(() => purser?.giveBack());

/** Begins a stream, reads some of it, and goes away. Gives the answer's headers. */
const ABORTING = {
  async chat(model: string): Promise<Headers> {
    const { data, response } = await openai.chat.completions
      .create({ model, messages, stream: true })
      .withResponse();
    for await (const { choices } of data) if (choices[0]?.delta.content) break;
    data.controller.abort();
    return response.headers;
  },
  async responses(model: string): Promise<Headers> {
    const { data, response } = await openai.responses
      .create({ model, input: 'Name the capital of France.', stream: true })
      .withResponse();
    for await (const { type } of data) if (type === 'response.output_text.delta') break;
    return response.headers;
  },
  async messages(model: string): Promise<Headers> {
    const { data, response } = await anthropic.messages
      .create({ model, max_tokens: 500, messages, stream: true })
      .withResponse();
    for await (const { type } of data) if (type === 'content_block_delta') break;
    data.controller.abort();
    return response.headers;
  },
};

const settled = (headers: Headers) =>
  vi.waitFor(
    async () => {
      const entry = await gateway.entryIn(headers);
      expect(entry?.state).toBe('settled');
      return entry;
    },
    { timeout: 10_000 },
  );

let drainedCalls = 0;
it.each([
  ['chat', GPT],
  ['chat', CLAUDE],
  ['responses', GPT],
  ['messages', CLAUDE],
  ['messages', NOVA],
] as const)(
  'a client that aborts a stream of %s (%s) is charged what the provider reports at its end',
  async (api, model) => {
    const headers = await ABORTING[api](model);
    // The quota of requests has names by which no client paces itself.
    expect(headers.get('ratelimit')).toMatch(/^"spend";r=\d+;t=\d+$/);
    expect([...headers.keys()].filter((name) => name.includes('ratelimit-re'))).toEqual([]);
    expect((await gateway.lastCall())?.outcome).toBeUndefined();
    const entry = await settled(headers);
    const call = await gateway.lastCall();
    expect(call).toMatchObject({ outcome: 'answered', usage: { outputTokens: 120 } });
    expect(entry).toMatchObject({ delivery: 'drained', usage: usageOf(call) });
    const id = headers.get('x-purser-reservation-id') ?? '';
    const { body } = await purser.get<{ delivery: string }>(`/v1/reservations/${id}`);
    expect(body.delivery).toBe('drained');
    drainedCalls += 1;
  },
);

it('a client that goes away before a whole answer is charged for it, too', async () => {
  const gone = new AbortController();
  const asked = anthropic.messages.create(
    { model: CLAUDE, max_tokens: 500, messages },
    { signal: gone.signal, maxRetries: 0 },
  );
  await vi.waitFor(async () => expect(await gateway.calls()).toHaveLength(1), { timeout: 10_000 });
  gone.abort();
  await expect(asked).rejects.toThrow('aborted');
  await vi.waitFor(
    async () => {
      const { items } = (
        await purser.get<{ items: { delivery?: string; usage: { outputTokens: number } }[] }>(
          '/v1/usage?limit=50',
        )
      ).body;
      const drained = items.filter(({ delivery }) => delivery === 'drained');
      expect(drained).toHaveLength(drainedCalls + 1);
      expect(drained[0]?.usage.outputTokens).toBe(120);
    },
    { timeout: 15_000, interval: 200 },
  );
  drainedCalls += 1;
});

it('reports keep the classes apart, each request once, and their sums are the total', async () => {
  const whole = await openai.chat.completions.create({ model: GPT, messages }).withResponse();
  const stream = anthropic.messages.stream({ model: CLAUDE, max_tokens: 500, messages });
  await stream.finalMessage();
  await gateway.set({ rules: [{ steps: [{ outputTokens: 40, breaks: { afterTokens: 12 } }] }] });
  const broken = await openai.chat.completions
    .create({ model: GPT, messages, stream: true })
    .withResponse();
  await expect(Array.fromAsync(broken.data)).rejects.toThrow();
  expect((await settled(broken.response.headers))?.delivery).toBe('failed');
  expect((await settled(whole.response.headers))?.delivery).toBeUndefined();
  await purser.drain();

  const { groups, total, totalUsd } = (
    await purser.get<Report>('/v1/reports/costs?groupBy=delivery')
  ).body;
  const byKey = Object.fromEntries(groups.map((group) => [group.key, group]));
  expect(Object.keys(byKey).toSorted()).toEqual(['delivered', 'drained', 'failed']);
  expect(byKey['drained']).toMatchObject({
    requests: drainedCalls,
    outputTokens: drainedCalls * 120,
  });
  expect(byKey['failed']?.requests).toBe(1);
  expect(byKey['delivered']?.requests).toBe(2);
  const sum = (pick: (group: Group) => number): number =>
    groups.reduce((all, group) => all + pick(group), 0);
  expect(sum(({ requests }) => requests)).toBe(total.requests);
  expect(sum(({ outputTokens }) => outputTokens)).toBe(total.outputTokens);
  const nanoOf = (text: string): bigint => BigInt(text.replace('.', ''));
  expect(formatUsd(groups.reduce((all, { costUsd }) => all + nanoOf(costUsd), 0n))).toBe(totalUsd);

  const csv = await (
    await fetch(`${purser.url}/v1/reports/costs?groupBy=delivery&format=csv`, {
      headers: { authorization: `Bearer ${purser.key}` },
    })
  ).text();
  expect(csv).toMatch(/,drained,/);
});
