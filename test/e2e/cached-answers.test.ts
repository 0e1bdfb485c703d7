import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient } from '../support/gateway-client.ts';

const ON = { 'x-purser-cache': 'on' };
const PROMPT = 'Name the capital of France.';
const said = [{ role: 'user' as const, content: PROMPT }];
const converse: ConverseCommandInput = {
  modelId: CLAUDE,
  messages: [{ role: 'user', content: [{ text: PROMPT }] }],
};

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
let aws: BedrockRuntimeClient;
beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
  aws = new BedrockRuntimeClient({
    endpoint: `${purser.url}/bedrock`,
    region: 'us-east-1',
    token: { token: purser.key },
    authSchemePreference: ['httpBearerAuth'],
  });
  aws.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, ON);
      return next(args);
    },
    { step: 'build' },
  );
});
beforeEach(async () => {
  await gateway.reset();
  await purser.call('POST', '/v1/cache/invalidate', { pattern: '*' });
});
afterAll(async () => {
  aws?.destroy();
  await purser?.giveBack();
});

const openai = () =>
  new OpenAI({ baseURL: `${purser.url}/openai/v1`, apiKey: purser.key, defaultHeaders: ON });
const anthropic = () =>
  new Anthropic({
    baseURL: `${purser.url}/anthropic`,
    authToken: purser.key,
    apiKey: null,
    defaultHeaders: ON,
  });
const vercel = () =>
  createOpenAICompatible({
    name: 'purser',
    baseURL: `${purser.url}/openai/v1`,
    apiKey: purser.key,
    headers: ON,
    includeUsage: true,
  }).chatModel(GPT);

/** What each client reads of an answer: the same from a model and from the cache. */
const CLIENTS: [name: string, ask: () => Promise<unknown>][] = [
  ['openai', () => openai().chat.completions.create({ model: GPT, messages: said })],
  [
    'openai, streaming',
    async () =>
      Array.fromAsync(
        await openai().chat.completions.create({
          model: CLAUDE,
          messages: said,
          stream: true,
          stream_options: { include_usage: true },
        }),
      ),
  ],
  ['openai, Responses', () => openai().responses.create({ model: GPT, input: PROMPT })],
  [
    'openai, streaming Responses',
    () => openai().responses.stream({ model: GPT, input: PROMPT }).finalResponse(),
  ],
  [
    'openai, embeddings',
    () => openai().embeddings.create({ model: 'amazon.titan-embed-text-v2:0', input: PROMPT }),
  ],
  [
    'anthropic',
    () => anthropic().messages.create({ model: CLAUDE, max_tokens: 100, messages: said }),
  ],
  [
    'anthropic, streaming',
    () =>
      anthropic()
        .messages.stream({ model: CLAUDE, max_tokens: 100, messages: said })
        .finalMessage(),
  ],
  [
    'AI SDK',
    async () => {
      const { text, usage, finishReason } = await generateText({ model: vercel(), prompt: PROMPT });
      return { text, usage, finishReason };
    },
  ],
  [
    'AI SDK, streaming',
    async () => {
      const stream = streamText({ model: vercel(), prompt: PROMPT });
      return { text: await stream.text, usage: await stream.usage };
    },
  ],
  [
    'AWS SDK',
    async () => {
      const { output, usage, stopReason } = await aws.send(new ConverseCommand(converse));
      return { output, usage, stopReason };
    },
  ],
  [
    'AWS SDK, streaming',
    async () => Array.fromAsync((await aws.send(new ConverseStreamCommand(converse))).stream ?? []),
  ],
];

describe('a client whose answer comes from the cache', () => {
  it.each(CLIENTS)('reads what it read the first time: %s', async (_, ask) => {
    const first = await ask();
    // The model would say something else now.
    await gateway.set({ rules: [{ steps: [{ text: 'It is not from the cache.' }] }] });
    const second = await ask();
    expect(await gateway.calls()).toHaveLength(1);
    const [one, other] = [first, second].map((answer) => JSON.stringify(answer));
    expect(other).toBe(one);
    expect(one).toMatch(/capital|embedding/);
  });
});

describe('reports', () => {
  it('show what hits saved, which with their cost is the cost without the cache', async () => {
    const ask = () => openai().chat.completions.create({ model: GPT, messages: said, user: 'eve' });
    for (const _ of [1, 2, 3]) await ask();
    await purser.call('POST', '/_local/drain');
    const { body } = await purser.call<{
      items: { costUsd: string; savedUsd?: string; cacheHit?: boolean }[];
    }>('GET', '/v1/usage?userId=eve');
    const [third, second, first] = body.items;
    expect(first?.cacheHit).toBeUndefined();
    for (const hit of [second, third]) {
      expect(hit).toMatchObject({
        cacheHit: true,
        costUsd: '0.000000000',
        savedUsd: first?.costUsd,
      });
    }
  });
});
