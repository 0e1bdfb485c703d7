import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';

const EMBEDDER = 'amazon.titan-embed-text-v2:0';
const messages = [{ role: 'user' as const, content: 'Name the capital of France.' }];
const WEATHER = {
  type: 'function' as const,
  name: 'get_weather',
  strict: false,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
    required: ['city', 'days'],
  },
};

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
/** With the retries that it makes on its own; counts what it sends. */
let client: OpenAI;
let sent = 0;

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
  client = new OpenAI({
    baseURL: `${purser.url}/openai/v1`,
    apiKey: purser.key,
    fetch: (input, init) => {
      sent += 1;
      return fetch(input, init);
    },
  });
});
beforeEach(async () => {
  await gateway.reset();
  sent = 0;
});
afterAll(() => purser?.giveBack());

describe.each([GPT, CLAUDE])('Responses of %s', (model) => {
  it('answers, whole and streamed, with the same words and usage', async () => {
    const whole = await client.responses.create({ model, input: 'Name the capital of France.' });
    expect(whole).toMatchObject({ object: 'response', status: 'completed' });
    expect(whole.output_text).toMatch(/capital/);
    expect({
      inputTokens: whole.usage?.input_tokens,
      outputTokens: whole.usage?.output_tokens,
    }).toEqual(usageOf(await gateway.lastCall()));
    const stream = client.responses.stream({ model, input: 'Name the capital of France.' });
    const types = (await Array.fromAsync(stream)).map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress']);
    expect(types.at(-1)).toBe('response.completed');
    const final = await stream.finalResponse();
    expect(final.output_text).toBe(whole.output_text);
    expect(final.usage?.output_tokens).toBe(whole.usage?.output_tokens);
  });

  it('calls a tool and goes on with its result, by the conversation that the client keeps', async () => {
    await gateway.set({
      rules: [
        {
          steps: [
            { tools: [{ name: 'get_weather', input: { city: 'Paris', days: 2 } }] },
            { text: 'It rains.' },
          ],
        },
      ],
    });
    const tools = [WEATHER];
    const first = await client.responses.create({ model, input: messages, tools, store: false });
    const call = first.output.find((item) => item.type === 'function_call');
    if (!call) throw new Error('no tool was called');
    expect(JSON.parse(call.arguments)).toEqual({ city: 'Paris', days: 2 });
    const result = {
      type: 'function_call_output' as const,
      call_id: call.call_id,
      output: 'rain',
    };
    const second = await client.responses.create({
      model,
      input: [...messages, ...first.output.map(asInput), result],
      tools,
      store: false,
    });
    expect(second.output_text).toBe('It rains.');
  });

  it('says that the maximum cut the answer', async () => {
    const answer = await client.responses.create({ model, input: 'Hi', max_output_tokens: 9 });
    expect(answer).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 9 },
    });
  });

  it('does not store', async () => {
    await expect(
      client.responses.create({ model, input: 'Hi', previous_response_id: 'resp_1' }),
    ).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/previous/i) });
    expect(sent).toBe(1);
  });
});

/** Clients send back what they got; the SDK has two types for it. */
const asInput = (item: OpenAI.Responses.ResponseOutputItem) =>
  item as OpenAI.Responses.ResponseInputItem;

describe('the OpenAI SDK', () => {
  it('reads embeddings, which it asks for in base64', async () => {
    const input = ['a cat', 'a dog'];
    const encoded = await client.embeddings.create({ model: EMBEDDER, input });
    const plain = await client.embeddings.create({
      model: EMBEDDER,
      input,
      encoding_format: 'float',
    });
    expect(encoded.data.map(({ index }) => index)).toEqual([0, 1]);
    for (const [at, { embedding }] of plain.data.entries()) {
      expect(embedding.length).toBeGreaterThan(100);
      const other = encoded.data[at]?.embedding ?? [];
      expect(other).toHaveLength(embedding.length);
      other.forEach((value, place) => expect(value).toBeCloseTo(embedding[place] ?? 0, 5));
    }
    expect(encoded.usage.prompt_tokens).toBeGreaterThan(0);
  });

  it('lists models', async () => {
    const models = await Array.fromAsync(client.models.list());
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining([GPT, CLAUDE]));
    expect(models[0]).toMatchObject({
      object: 'model',
      created: expect.any(Number),
      owned_by: expect.any(String),
    });
  });

  it('is refused when the budget is spent: one request, with type, code and message', async () => {
    await purser.put('/v1/budgets/session/done/total', { limitUsd: '0.000000001' });
    const headers = { 'x-purser-session': 'done' };
    const refusal = { status: 429, type: 'insufficient_quota', code: 'budget_exceeded' };
    await expect(
      client.chat.completions.create({ model: GPT, messages }, { headers }),
    ).rejects.toMatchObject({ ...refusal, message: expect.stringMatching(/session\/done\/total/) });
    await expect(
      client.chat.completions.create({ model: GPT, messages, stream: true }, { headers }),
    ).rejects.toMatchObject(refusal);
    await expect(
      client.responses.create({ model: CLAUDE, input: 'Hi', stream: true }, { headers }),
    ).rejects.toMatchObject(refusal);
    expect(sent).toBe(3);
    expect(await gateway.calls()).toEqual([]);
  });

  it('names the field that cannot be served, and the missing key', async () => {
    await expect(
      client.chat.completions.create({ model: CLAUDE, messages, n: 2 }),
    ).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', param: 'n' });
    const stranger = new OpenAI({ baseURL: `${purser.url}/openai/v1`, apiKey: 'nobody' });
    await expect(stranger.chat.completions.create({ model: GPT, messages })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    expect(sent).toBe(1);
  });

  it('aborts a stream, which is settled as if it had stayed', async () => {
    await gateway.set({
      rules: [{ steps: [{ outputTokens: 60, pauses: { afterTokens: 12, ms: 300 } }] }],
    });
    const { data, response } = await client.chat.completions
      .create({ model: CLAUDE, messages, stream: true })
      .withResponse();
    for await (const { choices } of data) if (choices[0]?.delta.content) break;
    await vi.waitFor(async () => {
      expect(await gateway.entryIn(response.headers)).toMatchObject({
        state: 'settled',
        usage: { outputTokens: 60 },
      });
    }, 10_000);
  });

  it.each([GPT, CLAUDE])('hears of a stream of %s that breaks off', async (model) => {
    await gateway.set({
      rules: [
        { steps: [{ outputTokens: 60, breaks: { afterTokens: 20, fault: { kind: 'internal' } } }] },
      ],
    });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    await expect(Array.fromAsync(stream)).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('knows who pays by the members of its own requests', async () => {
    const { response } = await client.chat.completions
      .create({ model: CLAUDE, messages, user: 'ada', metadata: { session_id: 's-1' } })
      .withResponse();
    expect(await gateway.entryIn(response.headers)).toMatchObject({
      userId: 'ada',
      sessionId: 's-1',
    });
  });
});
