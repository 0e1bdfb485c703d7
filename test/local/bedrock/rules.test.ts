import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRules } from '../../../local/bedrock/rules.ts';
import { openBedrock } from '../../../local/services/bedrock-service.ts';
import { CLAUDE, GPT, NOVA, type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn?.stop());
beforeEach(() => {
  standIn.set({});
  standIn.bedrock.clear();
});

const messages = (text: string) => [{ role: 'user' as const, content: text }];
const say = (text = 'Tell me something about rivers.', model = GPT, maxTokens = 500) =>
  standIn.openai.chat.completions.create({
    model,
    max_completion_tokens: maxTokens,
    messages: messages(text),
  });
const converse = (text: string, modelId = CLAUDE) =>
  standIn.aws.send(
    new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text }] }] }),
  );
const stream = (text: string) =>
  standIn.aws.send(
    new ConverseStreamCommand({
      modelId: CLAUDE,
      messages: [{ role: 'user', content: [{ text }] }],
    }),
  );

describe('a rule', () => {
  it('goes through its steps, and keeps to the last one', async () => {
    standIn.set({
      rules: [
        {
          when: { model: 'openai.*' },
          steps: [
            { fault: { kind: 'throttling' } },
            { tools: [{ name: 'look_up', input: { id: 7 } }] },
            { text: 'Done.' },
          ],
        },
      ],
    });
    await expect(say()).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    const second = await say();
    expect(second.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [{ function: { arguments: '{"id":7}' } }] },
    });
    expect((await say()).choices[0]?.message.content).toBe('Done.');
    expect((await say()).choices[0]?.message.content).toBe('Done.');
    expect(standIn.bedrock.record.list().map(({ outcome }) => outcome)).toEqual([
      'refused',
      'answered',
      'answered',
      'answered',
    ]);
  });

  it('ends after its last step if it is for once', async () => {
    standIn.set({ rules: [{ steps: [{ text: 'Once.' }], once: true }] });
    expect((await say()).choices[0]?.message.content).toBe('Once.');
    expect((await say()).choices[0]?.message.content).toMatch(/rivers/);
  });

  it.each([
    { when: { model: 'anthropic.*' }, hits: [false, true, false] },
    { when: { api: 'converse' }, hits: [false, true, true] },
    { when: { region: 'us-*' }, hits: [true, false, false] },
    { when: { text: 'bridges' }, hits: [false, false, true] },
    { when: { model: 'amazon.nova-lite*', region: 'eu-west-1' }, hits: [false, false, true] },
    { when: { streams: true }, hits: [false, false, false] },
  ])('is for calls with $when', async ({ when, hits }) => {
    standIn.set({ rules: [{ when, steps: [{ text: 'By rule.' }] }] });
    const texts = [
      (await say()).choices[0]?.message.content,
      (await converse('Rivers?')).output?.message?.content?.[0]?.text,
      (await converse('And bridges?', `eu.${NOVA}`)).output?.message?.content?.[0]?.text,
    ];
    expect(texts.map((text) => text === 'By rule.')).toEqual(hits);
  });

  it('is for a share of the calls, the same ones with the same seed', async () => {
    const refusals = async (seed: string) => {
      standIn.bedrock.clear();
      standIn.set({
        seed,
        rules: [{ when: { share: 0.3 }, steps: [{ fault: { kind: 'internal' } }] }],
      });
      const calls = Array.from({ length: 40 }, () => say().catch(() => undefined));
      await Promise.all(calls);
      return standIn.bedrock.record
        .list()
        .filter(({ fault }) => fault === 'internal')
        .map(({ number }) => number);
    };
    const first = await refusals('a');
    expect(first.length).toBeGreaterThan(4);
    expect(first.length).toBeLessThan(24);
    expect(await refusals('a')).toEqual(first);
    expect(await refusals('b')).not.toEqual(first);
  });

  it('makes an answer exactly as long as it says', async () => {
    standIn.set({ rules: [{ steps: [{ outputTokens: 137 }] }] });
    const { usage, choices } = await say();
    expect(usage?.completion_tokens).toBe(137);
    expect(choices[0]?.finish_reason).toBe('stop');
  });

  it('breaks a stream off with a fault, and records what the caller got', async () => {
    standIn.set({
      rules: [
        {
          steps: [{ outputTokens: 40, breaks: { afterTokens: 12, fault: { kind: 'modelError' } } }],
        },
      ],
    });
    const { stream: events } = await stream('Rivers?');
    await expect(Array.fromAsync(events ?? [])).rejects.toMatchObject({
      name: 'ModelStreamErrorException',
    });
    expect(standIn.lastCall()).toMatchObject({
      outcome: 'broken',
      usage: { outputTokens: 12, wasTold: false },
    });
  });

  it('closes the connection in the middle of a stream', async () => {
    standIn.set({ rules: [{ steps: [{ outputTokens: 40, breaks: { afterTokens: 12 } }] }] });
    const events = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 100,
      messages: messages('Rivers?'),
      stream: true,
    });
    await expect(Array.fromAsync(events)).rejects.toThrow(/terminated|closed|aborted/i);
    expect(standIn.lastCall()).toMatchObject({ outcome: 'broken', usage: { outputTokens: 12 } });
  });

  it('tells Anthropic clients of a fault in the stream', async () => {
    standIn.set({
      rules: [{ steps: [{ breaks: { afterTokens: 4, fault: { kind: 'unavailable' } } }] }],
    });
    const events = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 100,
      messages: messages('Rivers?'),
      stream: true,
    });
    await expect(Array.fromAsync(events)).rejects.toMatchObject({ type: 'overloaded_error' });
  });

  it('falls silent for a while in the middle of a stream', async () => {
    standIn.set({
      rules: [{ steps: [{ outputTokens: 20, pauses: { afterTokens: 8, ms: 150 } }] }],
    });
    const { stream: events } = await stream('Rivers?');
    const gaps: number[] = [];
    let last = performance.now();
    for await (const event of events ?? []) {
      if (event.contentBlockDelta) gaps.push(performance.now() - last);
      last = performance.now();
    }
    expect(Math.max(...gaps)).toBeGreaterThan(120);
  });

  it('notes a caller who goes away', async () => {
    standIn.set({
      rules: [{ steps: [{ outputTokens: 40, pauses: { afterTokens: 8, ms: 5_000 } }] }],
    });
    const events = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 100,
      messages: messages('Rivers?'),
      stream: true,
    });
    for await (const { type } of events) if (type === 'content_block_delta') break;
    await vi.waitFor(() =>
      expect(standIn.lastCall()).toMatchObject({
        outcome: 'abandoned',
        usage: { outputTokens: 8, wasTold: false },
      }),
    );
  });

  it('stops at a stop sequence', async () => {
    standIn.set({ rules: [{ steps: [{ text: 'One. Two. Three.' }] }] });
    const message = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 100,
      stop_sequences: ['Three', 'Two'],
      messages: messages('Count.'),
    });
    expect(message).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'Two',
      content: [{ text: 'One. ' }],
    });
  });

  it.each([
    [{ rules: [{ steps: [] }] }, 'rules.0.steps'],
    [{ rules: [{ steps: [{ says: 'x' }] }] }, 'rules.0.steps.0'],
    [{ rules: [{ steps: [{ fault: { kind: 'internal' }, text: 'x' }] }] }, 'says nothing else'],
    [{ timeScale: -1 }, 'timeScale'],
    ['text', 'the whole'],
  ])('is refused with the name of what is wrong: %j', (rules, name) => {
    expect(() => readRules(rules, 'rules.json')).toThrow(name);
  });
});

describe('a file of rules', () => {
  const clock = { clock: { now: Date.now } as never };
  const directory = mkdtempSync(join(tmpdir(), 'rules-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is in force from the start', async () => {
    const file = join(directory, 'rules.json');
    writeFileSync(file, JSON.stringify({ seed: 'of the file' }));
    const service = await openBedrock(clock, { rulesFile: file });
    expect(service.bedrock.rules).toMatchObject({ seed: 'of the file', timeScale: 0 });
    await service.stop();
  });

  it.each([
    ['missing.json', undefined, /readable JSON file.*missing\.json/],
    ['broken.json', '{', /readable JSON file.*broken\.json/],
    ['wrong.json', '{ "seeds": 1 }', /Correct the Bedrock rules in .*wrong\.json.*seeds/],
  ])('is named if it is wrong: %s', async (name, content, message) => {
    const file = join(directory, name);
    if (content !== undefined) writeFileSync(file, content);
    await expect(openBedrock(clock, { rulesFile: file })).rejects.toThrow(message);
  });
});

describe('an outage', () => {
  it('takes down one region, with an answer or without', async () => {
    standIn.set({ outages: [{ region: 'us-east-1' }, { region: 'eu-*', how: 'closed' }] });
    await expect(say()).rejects.toMatchObject({ status: 503 });
    await expect(converse('Rivers?')).rejects.toThrow(/did not get a response/);
    const elsewhere = standIn.openai.chat.completions.create(
      { model: GPT, messages: messages('Rivers?') },
      { headers: { 'x-bedrock-region': 'ap-southeast-2' } },
    );
    expect((await elsewhere).choices).toHaveLength(1);
  });
});

describe('the quota of tokens per minute', () => {
  beforeEach(() => standIn.set({ limits: [{ model: 'openai.*', tokensPerMinute: 1_100 }] }));

  it('counts the maximum output of a running call, and gives back what a finished one left', async () => {
    await say(undefined, GPT, 1_000);
    await say(undefined, GPT, 900);
    await expect(say(undefined, GPT, 1_100)).rejects.toMatchObject({
      status: 429,
      message: expect.stringMatching(/Too many tokens/) as string,
    });
  });

  it('throttles all but the first of the calls that run at once', async () => {
    standIn.set({
      limits: [{ model: 'openai.*', tokensPerMinute: 1_100 }],
      rules: [{ steps: [{ pauses: { afterTokens: 0, ms: 50 } }] }],
    });
    const calls = await Promise.allSettled([1, 2, 3].map(() => say(undefined, GPT, 1_000)));
    expect(calls.map(({ status }) => status).toSorted()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('is full again in the next minute, and apart for each region', async () => {
    standIn.set({
      limits: [{ model: '*', tokensPerMinute: 300 }],
      rules: [{ steps: [{ outputTokens: 280 }] }],
    });
    await say(undefined, GPT, 280);
    await expect(say(undefined, GPT, 280)).rejects.toMatchObject({ status: 429 });
    const elsewhere = { headers: { 'x-bedrock-region': 'eu-north-1' } };
    await standIn.openai.chat.completions.create(
      { model: GPT, max_completion_tokens: 280, messages: messages('Rivers?') },
      elsewhere,
    );
    standIn.time.nowMs += 60_000;
    await say(undefined, GPT, 280);
  });
});

describe('speed', () => {
  it('is that of the model or of the limits, scaled', async () => {
    standIn.set({
      timeScale: 0.5,
      limits: [{ model: '*', firstTokenMs: 100, tokensPerSecond: 100 }],
      rules: [{ steps: [{ outputTokens: 20 }] }],
    });
    const start = performance.now();
    const { metrics } = await converse('Rivers?');
    expect(metrics?.latencyMs).toBe(300);
    expect(performance.now() - start).toBeGreaterThan(140);
  });
});
