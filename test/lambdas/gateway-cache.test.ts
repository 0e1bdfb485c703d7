import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Asked, cacheOf, CHAT, openCacheDesk } from '../support/cache-desk.ts';
import type { StreamedCall } from '../support/streamed-call.ts';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';

const { desk, ask, calls, answerWith, charges } = openCacheDesk();
const MESSAGES = 'POST /anthropic/v1/messages';
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const turns = [{ role: 'user', content: [{ text: 'Name the capital of France.' }] }];
const chat = { model: GPT, messages: said, temperature: 0 };

/** What a client reads of an answer, without what tells its cost. */
const readBy = ({ body }: StreamedCall): string =>
  body
    .split('\n')
    .filter((line) => !line.startsWith(':') && line !== '')
    .join('\n')
    .replace(/(?:event: )?purser.*/s, '');

/** Every format, whole and as a stream. */
const FORMATS: [route: string, asked: Asked][] = [
  [CHAT, { body: chat }],
  [CHAT, { body: { ...chat, stream: true } }],
  [CHAT, { body: { ...chat, stream: true, stream_options: { include_usage: true } } }],
  [CHAT, { body: { ...chat, model: CLAUDE, stream: true } }],
  [MESSAGES, { body: { model: CLAUDE, max_tokens: 100, messages: said } }],
  [MESSAGES, { body: { model: CLAUDE, max_tokens: 100, messages: said, stream: true } }],
  [MESSAGES, { body: { model: NOVA, max_tokens: 100, messages: said, stream: true } }],
  ['POST /openai/v1/responses', { body: { model: GPT, input: 'Name the capital.' } }],
  ['POST /openai/v1/responses', { body: { model: GPT, input: 'Name the capital.', stream: true } }],
  ['POST /v1/invocations', { body: { model: CLAUDE, messages: turns } }],
  ['POST /v1/invocations', { body: { model: CLAUDE, messages: turns, stream: true } }],
  [
    'POST /bedrock/model/{modelId}/converse',
    { body: { messages: turns }, params: { modelId: CLAUDE } },
  ],
  [
    'POST /bedrock/model/{modelId}/converse-stream',
    { body: { messages: turns }, params: { modelId: CLAUDE } },
  ],
  [
    'POST /openai/v1/embeddings',
    { body: { model: 'amazon.titan-embed-text-v2:0', input: 'Paris' } },
  ],
];

describe('an answer from the cache', () => {
  it.each(FORMATS)(
    '%s %j has the same bytes, costs nothing, and tells what it saved',
    async (route, asked) => {
      const first = await ask(route, asked);
      expect(first.status, first.body).toBe(200);
      expect(cacheOf(first)).toBe('miss');
      answerWith();
      const second = await ask(route, asked);
      expect(second.status, second.body).toBe(200);
      expect(cacheOf(second)).toBe('hit');
      expect(calls()).toBe(1);
      expect(readBy(second)).toBe(readBy(first));
      expect(second.headers['content-type']).toBe(first.headers['content-type']);
      expect(second.headers).toMatchObject({
        'x-purser-cost-usd': '0.000000000',
        'x-purser-decision': 'proceed',
        'x-purser-model': first.headers['x-purser-model'],
        'x-purser-reservation-id': first.headers['x-purser-reservation-id'],
        age: expect.stringMatching(/^\d+$/),
        'cache-status': expect.stringMatching(/^purser; hit; ttl=\d+$/),
      });
    },
  );

  it('is booked as a request that cost nothing and saved what the first cost', async () => {
    const sent = { body: chat, headers: { 'x-purser-user': 'ada', 'x-purser-operation': 'ask' } };
    const first = await ask(CHAT, sent);
    const cost = (await desk.entryOf(first))?.chargedNanoUsd ?? 0n;
    expect(cost).toBeGreaterThan(0n);
    await desk.limit('user', 'ada', 1_000_000_000n);
    const second = await ask(CHAT, sent);
    expect(cacheOf(second)).toBe('hit');
    expect(second.headers['x-purser-remaining-usd']).toBe('1.000000000');
    const hit = (await charges()).at(-1);
    expect(hit).toMatchObject({
      kind: 'charge',
      state: 'settled',
      userId: 'ada',
      operation: 'ask',
      chargedNanoUsd: 0n,
      saving: { savedNanoUsd: cost, lostCacheNanoUsd: 0n },
      answer: { status: 'completed', isCacheHit: true },
      traits: { promptHash: expect.any(String) },
    });
    const { violations } = await desk.check();
    expect(violations).toEqual([]);
  });

  it('is given by another process, which reads it from the table', async () => {
    await ask(CHAT, { body: chat });
    desk.restart();
    const second = await ask(CHAT, { body: chat });
    expect([cacheOf(second), calls()]).toEqual(['hit', 1]);
  });

  it('ends when its life ends', async () => {
    const brief = { body: chat, headers: { 'x-purser-cache': 'on; max-age=1' } };
    expect(cacheOf(await ask(CHAT, brief))).toBe('miss');
    expect(cacheOf(await ask(CHAT, brief))).toBe('hit');
    await sleep(1_050);
    expect(cacheOf(await ask(CHAT, brief))).toBe('miss');
    expect(calls()).toBe(2);
  });

  it('is not given without asking for it, and the header is refused if it is wrong', async () => {
    await ask(CHAT, { body: chat });
    const plain = await desk.call(CHAT, { body: chat });
    const off = await ask(CHAT, { body: chat, headers: { 'x-purser-cache': 'off' } });
    expect([cacheOf(plain), cacheOf(off), calls()]).toEqual([undefined, undefined, 3]);
    const wrong = await ask(CHAT, { body: chat, headers: { 'x-purser-cache': 'yes' } });
    expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining('x-purser-cache')]);
  });
});

describe('what is not kept', () => {
  it.each<[why: string, Asked, detail: string]>([
    ['a temperature', { body: { ...chat, temperature: 0.7 } }, 'bypass; detail=temperature'],
    [
      'tools',
      {
        body: {
          ...chat,
          tools: [{ type: 'function', function: { name: 'book', parameters: {} } }],
        },
      },
      'bypass; detail=tools',
    ],
    ['a cut answer', { body: { ...chat, max_completion_tokens: 2 } }, 'uri-miss'],
    ['a cut stream', { body: { ...chat, max_completion_tokens: 2, stream: true } }, 'uri-miss'],
  ])('%s: %j', async (_, asked, detail) => {
    for (const round of [1, 2]) {
      const answer = await ask(CHAT, asked);
      expect([answer.status, cacheOf(answer)], answer.body).toEqual([200, 'miss']);
      expect(answer.headers['cache-status']).toBe(`purser; fwd=${detail}`);
      expect(calls()).toBe(round);
    }
  });

  it('a stream that broke off, and an answer with an error', async () => {
    answerWith({ text: 'It is Paris. '.repeat(20), breaks: { afterTokens: 12 } });
    await ask(CHAT, { body: { ...chat, stream: true } });
    desk.standIn.set({ rules: [{ steps: [{ fault: { kind: 'validation' } }] }] });
    const wrong = await ask(CHAT, { body: chat });
    expect(wrong.status).toBe(400);
    answerWith();
    for (const stream of [true, false]) {
      expect(cacheOf(await ask(CHAT, { body: { ...chat, stream } }))).toBe('miss');
    }
  });

  it('an answer that is too long for the store', async () => {
    answerWith({ text: 'x'.repeat(310_000) });
    const body = { model: CLAUDE, messages: said, max_tokens: 60_000, temperature: 0 };
    for (const round of [1, 2]) {
      const answer = await ask(MESSAGES, { body });
      expect(cacheOf(answer), answer.body.slice(0, 200)).toBe('miss');
      expect(answer.body.length).toBeGreaterThan(300_000);
      expect(calls()).toBe(round);
    }
  });
});
