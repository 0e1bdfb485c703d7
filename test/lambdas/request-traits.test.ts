import { describe, expect, it } from 'vitest';
import { eventOf, openModelDesk } from '../support/model-desk.ts';

const desk = openModelDesk();

const TRAITS = {
  urgency: 'deferred',
  attempt: 2,
  promptHash: '3q2-7wAAAAAbN1xL',
  prefix: { hash: 'kX9AAAAAbN1xLq20', tokens: 600 },
};
const ANSWER = { latencyMs: 812.5, quality: 0.75, status: 'failed', finishReason: 'length' };
const USAGE = { inputTokens: 1_000, outputTokens: 100 };

async function recordsOf(): Promise<Record<string, unknown>[]> {
  const { json } = await desk.ok('GET /v1/usage', { query: {} });
  return json['items'] as Record<string, unknown>[];
}

const firstRecord = async (): Promise<Record<string, unknown>> => (await recordsOf())[0] ?? {};

/** Sends an event and counts it. */
async function recorded(over: object): Promise<Record<string, unknown>> {
  const event = eventOf(over);
  const { json } = await desk.send(event);
  expect(json).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  await desk.aggregateEvents(event.eventId);
  return firstRecord();
}

async function refusalOf(over: object): Promise<unknown> {
  const { json } = await desk.send(eventOf(over));
  const [first] = json['rejected'] as { field: string; message: string }[];
  return first?.field;
}

describe('what an event tells of its request', () => {
  it('is in its usage record, whole', async () => {
    const told = { ...TRAITS, ...ANSWER, sessionId: 'run-1', serviceTier: 'batch' };
    const usage = { ...USAGE, reasoningOutputTokens: 40 };
    const shown = await recorded({ ...told, maxOutputTokens: 500, usage });
    expect(shown).toMatchObject({ ...told, maxOutputTokens: 500, usage });
    expect(shown).not.toHaveProperty('cacheHit');
  });

  it('costs nothing more for being told: reasoning is part of the output', async () => {
    const plain = await recorded({ usage: USAGE });
    const told = await recorded({ ...TRAITS, usage: { ...USAGE, reasoningOutputTokens: 100 } });
    expect(told['costUsd']).toBe(plain['costUsd']);
  });

  it('is absent if it tells nothing', async () => {
    const shown = await recorded({ usage: USAGE });
    const names = ['status', 'finishReason', 'cacheHit', 'serviceTier', ...Object.keys(TRAITS)];
    for (const name of names) expect(shown).not.toHaveProperty(name);
    expect(shown['usage']).not.toHaveProperty('reasoningOutputTokens');
  });

  it.each([
    ['end_turn', 'stop', 'completed'],
    ['MAX_TOKENS', 'length', 'incomplete'],
    ['tool_use', 'tool_calls', 'completed'],
    ['refusal', 'content_filter', 'incomplete'],
    ['malformed_model_output', 'error', 'failed'],
  ])('has the word %s of a provider as %s, and then is %s', async (word, reason, status) => {
    const shown = await recorded({ finishReason: word });
    expect(shown).toMatchObject({ finishReason: reason, status });
  });

  it('comes from a whole response, too', async () => {
    const providerUsage = {
      choices: [{ finish_reason: 'length' }],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 50,
        total_tokens: 60,
        completion_tokens_details: { reasoning_tokens: 30 },
      },
    };
    const shown = await recorded({ model: 'gpt-4o', usage: undefined, providerUsage });
    expect(shown).toMatchObject({ finishReason: 'length', status: 'incomplete' });
    expect(shown['usage']).toMatchObject({ outputTokens: 50, reasoningOutputTokens: 30 });
  });

  it('is the same event if it says the same, and another one is named by its field', async () => {
    const event = eventOf({ ...TRAITS, ...ANSWER, usage: { ...USAGE, reasoningOutputTokens: 1 } });
    await desk.send(event);
    expect((await desk.send(event)).json).toMatchObject({ duplicates: 1, rejected: [] });
    for (const [field, change] of [
      ['urgency', { urgency: 'interactive' }],
      ['attempt', { attempt: 3 }],
      ['promptHash', { promptHash: 'another-hash' }],
      ['prefix.tokens', { prefix: { ...TRAITS.prefix, tokens: 601 } }],
      ['latencyMs', { latencyMs: 1 }],
      ['quality', { quality: 1 }],
      ['status', { status: 'completed' }],
      ['finishReason', { finishReason: 'stop' }],
      ['maxOutputTokens', { maxOutputTokens: 7 }],
      ['usage.reasoningOutputTokens', { usage: { ...USAGE, reasoningOutputTokens: 2 } }],
    ] as const) {
      const { json } = await desk.send({ ...event, ...change });
      expect(json['rejected']).toMatchObject([{ code: 'conflict', field }]);
    }
  });

  it.each([
    ['promptHash', { promptHash: 'Is Bob fired?' }],
    ['promptHash', { promptHash: 'a'.repeat(65) }],
    ['prefix.tokens', { prefix: { hash: '3q2-7wAA', tokens: 0 } }],
    ['attempt', { attempt: 0 }],
    ['attempt', { attempt: 101 }],
    ['finishReason', { finishReason: 'because' }],
    ['usage.reasoningOutputTokens', { usage: { ...USAGE, reasoningOutputTokens: 101 } }],
  ])('is refused by name where it is wrong: %s', async (field, over) => {
    expect(await refusalOf(over)).toBe(field);
  });
});

describe('a request that a cache of the caller answered', () => {
  const HIT = { cacheHit: true, usage: undefined };

  it('counts as a request that cost nothing, whatever its model', async () => {
    await desk.setBudget('user', 'ada', '1', {
      limit: { usd: '1', requests: 2 },
      limitUsd: undefined,
    });
    const shown = await recorded({ ...HIT, ...TRAITS, latencyMs: 3, model: 'nobody-prices-this' });
    expect(shown).toMatchObject({ costUsd: '0.000000000', cacheHit: true, ...TRAITS });
    expect(shown['usage']).toMatchObject({ inputTokens: 0, outputTokens: 0 });
    const budget = await desk.budgetOf('user', 'ada');
    expect(budget).toMatchObject({ settledUsd: '0.000000000', requests: { settled: 1 } });
  });

  it.each([
    ['usage.inputTokens', { usage: { inputTokens: 1, outputTokens: 0 } }],
    ['providerUsage', { providerUsage: { inputTokens: 1, outputTokens: 1 } }],
    ['actualCostUsd', { actualCostUsd: '0.1' }],
  ])('is refused if it also says that something was used: %s', async (field, over) => {
    expect(await refusalOf({ ...HIT, ...over })).toBe(field);
  });

  it('may be what a reservation turns out to be', async () => {
    const held = await desk.reserve();
    const settled = await desk.settle(held, { cacheHit: true });
    expect(settled.json).toMatchObject({ settledUsd: '0.000000000' });
    await desk.aggregate(held);
    expect(await firstRecord()).toMatchObject({ cacheHit: true, costUsd: '0.000000000' });
    const other = await desk.reserve();
    const parts = [{ usage: USAGE }];
    const refused = await desk.ask('POST /v1/reservations/{id}/settle', {
      params: { id: String(other.json['reservationId']) },
      body: { cacheHit: true, parts },
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('cannot be combined with parts');
  });
});

describe('what a reservation and its settlement tell', () => {
  it.each(['exact', 'escrow'])('is in the usage record of %s', async (mode) => {
    await desk.setBudget('user', 'ada', '100', { mode });
    const held = await desk.reserve({ ...TRAITS, sessionId: 'run-1', serviceTier: 'batch' });
    expect(held.status, held.text).toBe(201);
    const usage = { ...USAGE, reasoningOutputTokens: 40 };
    await desk.settle(held, { ...ANSWER, usage });
    await desk.aggregate(held);
    const shown = await firstRecord();
    expect(shown).toMatchObject({ ...TRAITS, ...ANSWER, maxOutputTokens: 1_000, usage });
    expect(shown).toMatchObject({ serviceTier: 'batch', sessionId: 'run-1' });
    expect((await desk.stateOf(held))['usage']).toMatchObject({ reasoningOutputTokens: 40 });
  });

  it('names the tier that served it, where that is another one', async () => {
    const held = await desk.reserve({ serviceTier: 'batch' });
    expect(held.status, held.text).toBe(201);
    await desk.settle(held, { usage: USAGE, serviceTier: 'standard' });
    const other = await desk.reserve();
    await desk.settle(other, { usage: USAGE, serviceTier: 'batch' });
    await desk.aggregate(held);
    await desk.aggregate(other);
    const tiers = (await recordsOf()).map((record) => record['serviceTier']);
    expect(new Set(tiers)).toEqual(new Set(['batch', undefined]));
  });

  it('is failed if the call broke off', async () => {
    const held = await desk.reserve();
    await desk.settle(held, { usage: USAGE, delivery: 'failed', finishReason: 'stop' });
    await desk.aggregate(held);
    expect(await firstRecord()).toMatchObject({ status: 'failed', finishReason: 'stop' });
  });
});
