import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardAnthropic } from '../../client/anthropic.ts';
import { guardBedrock } from '../../client/bedrock.ts';
import { guardOpenAI } from '../../client/openai.ts';
import { createPurser } from '../../client/purser.ts';
import { budgetServices } from '../../composition/budgets.ts';
import { decisionServices, voidServices } from '../../composition/reservations.ts';
import { createHandler as createBudgets } from '../../lambdas/budgets/handler.ts';
import { createHandler as createDecisions } from '../../lambdas/reserve/handler.ts';
import { createHandler as createVoid } from '../../lambdas/void-reservation/handler.ts';
import { CLAUDE, GPT, type StandIn, startStandIn } from '../local/bedrock/stand-in.ts';
import { routeKeyOf } from '../support/contract.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { testWorld } from '../support/world.ts';

const payer = { system: 'relaycore', userId: 'ada' };
const TEXT = 'What is the capital of France?';
const messages = [{ role: 'user' as const, content: TEXT }];
const converse = {
  modelId: CLAUDE,
  messages: [{ role: 'user' as const, content: [{ text: TEXT }] }],
  inferenceConfig: { maxTokens: 50 },
};

let store: EmbeddedStore;
let standIn: StandIn;
let organizationId = '';
let organizations = 0;
/** How many of the next requests to Purser get lost. */
let losses = 0;
let handlers: { budgets: unknown; decisions: unknown; voids: unknown };
beforeAll(async () => {
  store = await startEmbeddedStore();
  standIn = await startStandIn();
  const world = testWorld();
  handlers = {
    budgets: createBudgets({ ...world, ...budgetServices(store.db, world) }),
    decisions: createDecisions({ ...world, ...decisionServices(store.db, world) }),
    voids: createVoid({ ...world, ...voidServices(store.db, world) }),
  };
});
beforeEach(async () => {
  organizationId = `client-${(organizations += 1)}`;
  losses = 0;
  standIn.set({});
  await limit('1');
});
afterAll(async () => {
  await standIn?.stop();
  await store?.close();
});

/** The client, on a network that ends at the functions. */
const purser = createPurser({
  url: 'https://purser.example/',
  key: 'a-key',
  async fetch(address, { method = 'GET', body, headers }) {
    const { pathname } = new URL(address);
    const routeKey = routeKeyOf(method, pathname);
    const id = /^\/v1\/reservations\/([^/]+)\//.exec(pathname)?.[1];
    const budget = /^\/v1\/budgets\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(pathname);
    const [, scope = '', scopeId = '', period = ''] = budget ?? [];
    const handler = budget
      ? handlers.budgets
      : pathname.endsWith('/void')
        ? handlers.voids
        : handlers.decisions;
    const answer = await call(handler, routeKey, {
      organizationId,
      headers: Object.fromEntries(new Headers(headers)),
      ...(budget ? { params: { scope, scopeId, period } } : id ? { params: { id } } : {}),
      ...(typeof body === 'string' ? { body: JSON.parse(body) as unknown } : {}),
    });
    if (losses > 0) {
      losses -= 1;
      throw new TypeError('fetch failed');
    }
    return new Response(answer.text, {
      status: answer.status,
      headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    });
  },
});

const ofAda = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
const limit = (limitUsd: string) => purser.call('putBudget', { params: ofAda, body: { limitUsd } });
async function spent(): Promise<{ settled: number; reserved: number }> {
  const { settledUsd, reservedUsd } = await purser.call('getBudget', { params: ofAda });
  return { settled: Number(settledUsd), reserved: Number(reservedUsd) };
}
async function textOf<Event>(events: AsyncIterable<Event>, read: (event: Event) => unknown) {
  let text = '';
  for await (const event of events) text += String(read(event) ?? '');
  return text;
}

/** Each call in its two forms: the text that it gets. */
const calls = {
  'Bedrock, plain': async () => {
    const answer = await guardBedrock(standIn.aws, purser, payer).send(
      new ConverseCommand(converse),
    );
    return answer.output?.message?.content?.[0]?.text;
  },
  'Bedrock, streamed': async () => {
    const client = guardBedrock(standIn.aws, purser, payer);
    const { stream } = await client.send(new ConverseStreamCommand(converse));
    return stream && textOf(stream, ({ contentBlockDelta }) => contentBlockDelta?.delta?.text);
  },
  'Anthropic, plain': async () => {
    const client = guardAnthropic(standIn.anthropic, purser, payer);
    const answer = await client.messages.create({ model: CLAUDE, messages, max_tokens: 50 });
    return answer.content[0]?.type === 'text' ? answer.content[0].text : undefined;
  },
  'Anthropic, streamed': async () => {
    const client = guardAnthropic(standIn.anthropic, purser, payer);
    const asked = { model: CLAUDE, messages, max_tokens: 50, stream: true as const };
    return textOf(await client.messages.create(asked), (event) =>
      event.type === 'content_block_delta' && event.delta.type === 'text_delta'
        ? event.delta.text
        : '',
    );
  },
  'OpenAI, plain': async () => {
    const client = guardOpenAI(standIn.openai, purser, payer);
    const answer = await client.chat.completions.create({ model: GPT, messages, max_tokens: 50 });
    return answer.choices[0]?.message.content;
  },
  'OpenAI, streamed': async () => {
    const client = guardOpenAI(standIn.openai, purser, payer);
    const asked = { model: GPT, messages, max_tokens: 50, stream: true as const };
    return textOf(await client.chat.completions.create(asked), ({ choices: [choice] }) => {
      // The report of usage is ours: who did not ask for it sees no chunk without a choice.
      if (!choice) throw new Error('a chunk without a choice');
      return choice.delta.content;
    });
  },
};

describe.each(Object.entries(calls))('%s', (_, make) => {
  test('reserves, calls and settles what the provider reports', async () => {
    expect(await make()).toMatch(/capital/);
    const { settled, reserved } = await spent();
    expect(settled).toBeGreaterThan(0);
    expect(reserved).toBe(0);
  });

  test('does not call the provider if the budget has no room', async () => {
    await limit('0.000001');
    const before = standIn.bedrock.record.list().length;
    await expect(make()).rejects.toMatchObject({
      name: 'PurserError',
      status: 429,
      type: 'budget-exceeded',
      problem: { decidingBudgetId: 'user/ada/daily' },
    });
    expect(standIn.bedrock.record.list().length).toBe(before);
  });

  test('voids if the provider refuses', async () => {
    standIn.set({ rules: [{ steps: [{ fault: { kind: 'validation' } }] }] });
    await expect(make()).rejects.toThrow();
    expect(await spent()).toEqual({ settled: 0, reserved: 0 });
  });
});

test('a stream that is left early stays reserved, because the provider bills it', async () => {
  const client = guardAnthropic(standIn.anthropic, purser, payer);
  const asked = { model: CLAUDE, messages, max_tokens: 50, stream: true as const };
  for await (const event of await client.messages.create(asked)) {
    if (event.type === 'content_block_delta') break;
  }
  const { settled, reserved } = await spent();
  expect(settled).toBe(0);
  expect(reserved).toBeGreaterThan(0);
});

test('a call whose answer is lost is repeated under the same key, and holds once', async () => {
  losses = 1;
  const { reservationId, allocatedUsd } = await purser.reserve({
    ...payer,
    model: CLAUDE,
    inputTokens: 100,
  });
  expect(await spent()).toEqual({ settled: 0, reserved: Number(allocatedUsd) });
  losses = 1;
  await purser.settle(reservationId, {
    usage: { inputTokens: 100, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
  });
  expect((await spent()).reserved).toBe(0);
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

test('Bedrock refuses what it does not guard', async () => {
  const command = new InvokeModelCommand({ modelId: CLAUDE, body: '{}' });
  await expect(guardBedrock(standIn.aws, purser, payer).send(command)).rejects.toThrow(/guarded/);
});
