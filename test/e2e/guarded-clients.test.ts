import {
  BedrockRuntimeClient,
  CountTokensCommand,
  InvokeModelWithBidirectionalStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import OpenAI from 'openai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { guardAnthropic } from '../../client/anthropic.ts';
import { guardBedrock } from '../../client/bedrock.ts';
import { guardOpenAI } from '../../client/openai.ts';
import type { Purser } from '../../client/purser.ts';
import { type Clients, guardedCalls } from '../client/guarded-calls.ts';
import { recordedPurser } from '../client/recorded-purser.ts';
import { CLAUDE, GPT, type StandIn, startStandIn } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const payer = { system: 'relaycore', userId: 'ada' };
const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];

let running: BorrowedPurser;
let standIn: StandIn;
let purser: Purser;
let record: Awaited<ReturnType<typeof recordedPurser>>['record'];
/** The settled cost of every reservation, in dollars with nine digits. */
const settledUsd = new Map<string, string>();

beforeAll(async () => {
  [running, standIn] = await Promise.all([borrowPurser(), startStandIn()]);
  ({ purser, record } = await recordedPurser(running));
  await limit('1');
});
beforeEach(() => {
  Object.assign(record, { sent: [], ids: [], losses: 0 });
  standIn.set({});
});
afterEach(async () => {
  for (const id of record.ids) settledUsd.set(id, (await stateOf(id)).settledUsd);
});
afterAll(async () => {
  await standIn?.stop();
  await running?.giveBack();
});

const ofAda = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
const limit = (limitUsd: string) => purser.call('putBudget', { params: ofAda, body: { limitUsd } });
const stateOf = (id = '') => purser.call('getReservation', { params: { id } });
/** The only reservation of a test, once it is closed. Streams that are left close it by themselves. */
async function closed() {
  await vi.waitFor(() => expect(record.sent.at(-1)).not.toBe('reserve'), 5_000);
  expect(record.ids).toHaveLength(1);
  return stateOf(record.ids[0]);
}
const usageOfLast = () => {
  const { inputTokens, outputTokens } = standIn.lastCall()?.usage ?? {};
  return { inputTokens, outputTokens };
};
/** The error itself, or what a helper of an SDK wrapped. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.name !== 'PurserError' && error.cause ? error.cause : error;

let clients: Clients;
const { whole, streamed } = guardedCalls(() => clients);
const guard = ({ aws, anthropic, openai }: Clients): Clients => ({
  aws: guardBedrock(aws, purser, payer),
  anthropic: guardAnthropic(anthropic, purser, payer),
  openai: guardOpenAI(openai, purser, payer),
});
beforeEach(() => {
  clients = guard(standIn);
});

const all = [...Object.entries(whole), ...Object.entries(streamed)].map(
  ([name, make], at) =>
    [at < Object.keys(whole).length ? name : `${name}, streamed`, make] as const,
);

describe.each(all)('%s', (_, make) => {
  test('reserves, calls and settles what the provider reports', async () => {
    expect(await make()).toMatch(/capital/);
    expect(record.sent).toEqual(['reserve', 'settle']);
    const state = await closed();
    expect(state).toMatchObject({ state: 'settled', usage: usageOfLast() });
    expect(state).not.toHaveProperty('delivery');
  });

  test('calls a tool', async () => {
    const tools = [{ name: 'get_weather', input: { city: 'Berlin' } }];
    standIn.set({ rules: [{ steps: [{ tools }] }] });
    const said = await make();
    expect(said).toContain('get_weather');
    expect(said).toContain('Berlin');
    expect(await closed()).toMatchObject({ state: 'settled', usage: usageOfLast() });
  });

  test('does not call the provider if the budget has no room', async () => {
    await limit('0.000001');
    const before = standIn.bedrock.record.list().length;
    const error: unknown = await make().catch(causeOf);
    await limit('1');
    expect(error).toMatchObject({
      name: 'PurserError',
      status: 429,
      type: 'budget-exceeded',
      problem: { decidingBudgetId: 'user/ada/daily' },
    });
    expect(record.sent).toEqual(['reserve']);
    expect(standIn.bedrock.record.list().length).toBe(before);
  });

  test.each(['validation', 'accessDenied', 'throttling', 'unavailable', 'internal'])(
    'releases the money if the provider answers %s',
    async (kind) => {
      standIn.set({ rules: [{ steps: [{ fault: { kind } }] }] });
      await expect(make()).rejects.toThrow();
      expect(record.sent).toEqual(['reserve', 'void']);
    },
  );

  test('settles what was expected if the provider times out', async () => {
    standIn.set({ rules: [{ steps: [{ fault: { kind: 'modelTimeout' } }] }] });
    await expect(make()).rejects.toThrow();
    expect(record.sent).toEqual(['reserve', 'settle']);
    const state = await closed();
    expect(state).toMatchObject({ state: 'settled', delivery: 'failed' });
    expect(state.usage?.outputTokens).toBeGreaterThan(0);
  });

  test('settles what was expected if the connection breaks', async () => {
    standIn.set({ outages: [{ region: '*', how: 'closed' }] });
    await expect(make()).rejects.toThrow();
    expect(record.sent).toEqual(['reserve', 'settle']);
    expect(await closed()).toMatchObject({ state: 'settled', delivery: 'failed' });
  });

  test('does not reserve if the call is aborted before', async () => {
    await expect(make({ signal: AbortSignal.abort() })).rejects.toThrow();
    expect(record.sent).toEqual([]);
  });
});

describe.each(Object.entries(streamed))('%s, streamed', (_, make) => {
  /** Slow enough that what is said arrives before what comes next. */
  const slow = { outputTokens: 50, firstTokenMs: 0, tokensPerSecond: 100 };
  async function expectPart() {
    const state = await closed();
    expect(record.sent).toEqual(['reserve', 'settle']);
    expect(state).toMatchObject({ state: 'settled', delivery: 'failed' });
    const { inputTokens, outputTokens } = state.usage ?? {};
    expect(inputTokens).toBeGreaterThan(0);
    // Twelve tokens arrived, which have up to nine characters each.
    expect(outputTokens).toBeGreaterThanOrEqual(3);
    expect(outputTokens).toBeLessThanOrEqual(36);
  }

  test.each([
    ['closes', {}],
    ['fails', { fault: { kind: 'modelError' } }],
  ])('settles what arrived before the stream %s', async (__, how) => {
    const breaks = { afterTokens: 12, ...how };
    standIn.set({ timeScale: 1, rules: [{ steps: [{ ...slow, breaks }] }] });
    await make().catch(() => undefined);
    await expectPart();
  });

  test('settles what arrived before it was aborted', async () => {
    const pauses = { afterTokens: 12, ms: 60_000 };
    standIn.set({ timeScale: 1, rules: [{ steps: [{ ...slow, pauses }] }] });
    const aborter = new AbortController();
    const onEvent = () => setTimeout(() => aborter.abort(), 400);
    await make({ signal: aborter.signal, onEvent }).catch(() => undefined);
    await expectPart();
  });
});

describe('retries of the SDKs', () => {
  const retrying = (): Clients =>
    guard({
      aws: new BedrockRuntimeClient({
        endpoint: standIn.endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 10,
      }),
      anthropic: standIn.anthropic.withOptions({ maxRetries: 2 }),
      openai: standIn.openai.withOptions({ maxRetries: 2 }),
    });
  const some = ['Bedrock, Converse', 'Anthropic, messages.create', 'OpenAI, responses.create'];
  const calls = [
    ...some.map((name) => [name, whole[name]] as const),
    ['OpenAI, chat.completions.stream', streamed['OpenAI, chat.completions.stream']] as const,
  ];

  describe.each(calls)('%s', (_, make) => {
    test('belong to one reservation, and cost nothing where nothing is billed', async () => {
      clients = retrying();
      const faults = ['throttling', 'unavailable'].map((kind) => ({ fault: { kind } }));
      standIn.set({ rules: [{ steps: [...faults, { text: 'Paris' }] }] });
      expect(await make?.()).toContain('Paris');
      const state = await closed();
      expect(record.sent).toEqual(['reserve', 'settle']);
      expect(state).toMatchObject({ state: 'settled', usage: usageOfLast() });
      expect(state).not.toHaveProperty('delivery');
    });

    test('are charged with what was expected where an attempt may be billed', async () => {
      clients = retrying();
      standIn.set({ outages: [{ region: '*', how: 'closed' }] });
      const earlier = standIn.bedrock.record.list().length;
      const said = make?.();
      const called = () => expect(standIn.bedrock.record.list().length).toBeGreaterThan(earlier);
      await vi.waitFor(called, { timeout: 5_000, interval: 1 });
      standIn.set({ rules: [{ steps: [{ text: 'Paris' }] }] });
      expect(await said).toContain('Paris');
      const state = await closed();
      expect(record.sent).toEqual(['reserve', 'settle']);
      expect(state).toMatchObject({ state: 'settled', delivery: 'failed' });
      expect(state.usage?.outputTokens).toBeGreaterThan(usageOfLast().outputTokens ?? Infinity);
      expect(state.usage?.inputTokens).toBeGreaterThan(usageOfLast().inputTokens ?? Infinity);
    });
  });
});

test('a stream that is left early is settled at what arrived', async () => {
  const pauses = { afterTokens: 12, ms: 60_000 };
  standIn.set({ timeScale: 1, rules: [{ steps: [{ outputTokens: 50, pauses }] }] });
  const asked = { model: CLAUDE, messages, max_tokens: 60, stream: true as const };
  for await (const event of await clients.anthropic.messages.create(asked)) {
    if (event.type === 'content_block_delta') break;
  }
  expect(await closed()).toMatchObject({ state: 'settled', delivery: 'failed' });
});

test('a call whose answer is lost is repeated under the same key, and holds once', async () => {
  record.losses = 1;
  const { reservationId } = await purser.reserve({ ...payer, model: CLAUDE, inputTokens: 100 });
  expect(new Set(record.ids).size).toBe(1);
  record.losses = 1;
  const usage = { inputTokens: 100, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  await purser.settle(reservationId, { usage });
  expect(record.sent).toEqual(['reserve', 'reserve', 'settle', 'settle']);
  expect(await stateOf(reservationId)).toMatchObject({ state: 'settled', usage });
});

test('embeds texts and tokens: here through the gateway, which counts the call once more', async () => {
  const client = new OpenAI({ baseURL: `${running.url}/openai/v1`, apiKey: running.key });
  const { embeddings } = guardOpenAI(client, purser, payer);
  const model = 'amazon.titan-embed-text-v2:0';
  const answer = await embeddings.create({ model, input: ['one', 'two words'] });
  expect(answer.data.map(({ embedding }) => embedding.length)).toEqual([1_024, 1_024]);
  expect(await closed()).toMatchObject({
    state: 'settled',
    usage: { inputTokens: answer.usage.prompt_tokens, outputTokens: 0 },
  });
});

test('other models serve a call only if they may', async () => {
  const params = { scope: 'user', scopeId: 'ben', period: 'daily' } as const;
  await purser.call('putBudget', { params, body: { limitUsd: '0.0004' } });
  const ben = { ...payer, userId: 'ben' };
  const asked = { model: CLAUDE, messages, max_tokens: 60 };
  const alone = guardAnthropic(standIn.anthropic, purser, ben);
  await expect(alone.messages.create(asked)).rejects.toThrow('Budget user/ben/daily');
  const candidates = ['anthropic.claude-haiku-4-5'];
  const client = guardAnthropic(standIn.anthropic, purser, { ...ben, candidates });
  await client.messages.create(asked);
  expect(standIn.lastCall()?.model).toContain('haiku');
  record.ids = [];
});

describe('what is not guarded', () => {
  test('is refused if it may cost something, and passes if it is free', async () => {
    const { aws, anthropic, openai } = clients;
    await expect(openai.images.generate({ prompt: 'a cat' })).rejects.toThrow(
      '/images/generations is not guarded. Send it with the client itself.',
    );
    await expect(anthropic.messages.batches.create({ requests: [] })).rejects.toThrow('guarded');
    const speech = new InvokeModelWithBidirectionalStreamCommand({
      modelId: CLAUDE,
      body: undefined,
    });
    await expect(aws.send(speech)).rejects.toThrow('guarded');
    const input = {
      converse: { messages: [{ role: 'user' as const, content: [{ text: 'Hi' }] }] },
    };
    const { inputTokens } = await aws.send(new CountTokensCommand({ modelId: CLAUDE, input }));
    expect(inputTokens).toBeGreaterThan(0);
    expect(record.sent).toEqual([]);
  });

  test('is nothing of a copy of a guarded client', async () => {
    const copy = clients.openai.withOptions({ timeout: 5_000 });
    await copy.chat.completions.create({ model: GPT, messages, max_tokens: 9 });
    expect(record.sent).toEqual(['reserve', 'settle']);
  });

  test('is an SDK without the members that the guard needs', () => {
    expect(() => guardOpenAI({} as OpenAI, purser, payer)).toThrow('cannot be guarded');
  });
});

test('the example of the README works', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../client/README.md'), 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  const lines: string[] = [];
  await runInNewContext(`(async () => {${example.replaceAll(/^import .*$/gm, '')}})()`, {
    createPurser: () => purser,
    guardOpenAI,
    // The class of the SDK, with the address of the stand-in.
    OpenAI: function open() {
      return standIn.openai;
    },
    process: { env: {} },
    console: { log: (line: string) => lines.push(line) },
  });
  expect(lines).toEqual([expect.stringMatching(/capital/)]);
});

test('afterwards every balance adds up, and the report is what the reservations say', async () => {
  await running.drain();
  expect((await running.checkLedger()).violations).toEqual([]);
  const { settledUsd: budgetUsd, reservedUsd } = await purser.call('getBudget', { params: ofAda });
  const sum = [...settledUsd.values()].reduce((total, each) => total + nanoOf(each), 0n);
  expect(nanoOf(reservedUsd)).toBe(0n);
  expect(nanoOf(budgetUsd)).toBe(sum);
  const day = new Date(await running.now()).toISOString().slice(0, 10);
  const report = await purser.call('costReport', { query: { from: day, groupBy: 'user' } });
  const ofUser = report.groups.filter(({ key }) => key === 'ada');
  expect(ofUser.map(({ costUsd }) => nanoOf(costUsd))).toEqual([sum]);
});

const nanoOf = (usd: string): bigint => BigInt(usd.replace('.', ''));
