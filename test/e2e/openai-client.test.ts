import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';

const EMBEDDER = 'amazon.titan-embed-text-v2:0';
const messages = [{ role: 'user' as const, content: 'Name the capital of France.' }];
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const tool = (name: string) => ({
  type: 'function' as const,
  function: {
    name,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
      required: ['city', 'days'],
    },
  },
});
const WEATHER = tool('get_weather');
const NEWS = tool('get_news');

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

/** GPT speaks the client's format itself; the others are translated. */
describe.each([GPT, CLAUDE, NOVA])('Chat Completions of %s', (model) => {
  it('answers, and the settlement has the usage that the client was told', async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages })
      .withResponse();
    expect(data.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: expect.stringMatching(/capital/) },
    });
    const call = await gateway.lastCall();
    expect({
      inputTokens: data.usage?.prompt_tokens,
      outputTokens: data.usage?.completion_tokens,
    }).toEqual(usageOf(call));
    expect(await gateway.entryIn(response.headers)).toMatchObject({
      state: 'settled',
      usage: usageOf(call),
    });
    expect(response.headers.get('x-purser-cost-usd')).toMatch(/^0\.\d{9}$/);
  });

  it('streams the same words, and usage once, last, and only if the client asks', async () => {
    const whole = await client.chat.completions.create({ model, messages });
    const asked = await Array.fromAsync(
      await client.chat.completions.create({
        model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    );
    const text = (chunks: OpenAI.ChatCompletionChunk[]): string =>
      chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    expect(text(asked)).toBe(whole.choices[0]?.message.content);
    expect(asked.filter(({ usage }) => usage)).toEqual([asked.at(-1)]);
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { ...counts(whole) } });
    expect(asked.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    const silent = await Array.fromAsync(
      await client.chat.completions.create({ model, messages, stream: true }),
    );
    expect(text(silent)).toBe(text(asked));
    expect(silent.some(({ usage, choices }) => usage || choices.length === 0)).toBe(false);
  });

  it('calls tools, one or several, and goes on with their results', async () => {
    await gateway.set({
      rules: [
        {
          steps: [
            {
              tools: [
                { name: 'get_weather', input: { city: 'Paris', days: 2 } },
                { name: 'get_news', input: { city: 'Paris', days: 3 } },
              ],
            },
            { text: 'It rains, and nothing happened.' },
          ],
        },
      ],
    });
    const tools = [WEATHER, NEWS];
    const stream = client.chat.completions.stream({ model, messages, tools });
    const [choice] = (await stream.finalChatCompletion()).choices;
    const calls = choice?.message.tool_calls ?? [];
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(
      calls.map((call) =>
        call.type === 'function'
          ? [call.function.name, JSON.parse(call.function.arguments) as object]
          : [],
      ),
    ).toEqual([
      ['get_weather', { city: 'Paris', days: 2 }],
      ['get_news', { city: 'Paris', days: 3 }],
    ]);
    if (!choice) throw new Error('nothing was answered');
    const results = calls.toReversed().map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: '',
    }));
    const last = await client.chat.completions.create({
      model,
      messages: [...messages, choice.message, ...results],
      tools,
    });
    expect(last.choices[0]?.message.content).toBe('It rains, and nothing happened.');
  });

  it('calls the tool that it must call', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages,
      tools: [WEATHER, NEWS],
      tool_choice: { type: 'function', function: { name: 'get_news' } },
    });
    expect(answer.choices[0]?.message.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'get_news' } },
    ]);
  });

  it('answers in the form of a schema', async () => {
    const place = z.object({ city: z.string(), inhabitants: z.int() });
    const answer = await client.chat.completions.parse({
      model,
      messages,
      response_format: zodResponseFormat(place, 'place'),
    });
    expect(place.parse(answer.choices[0]?.message.parsed)).toBeDefined();
  });

  it('sees an image that comes with the request', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    expect(answer.usage?.prompt_tokens).toBeGreaterThan(1_000);
  });

  it('is cut where the budget ends, and says so', async () => {
    const session = `short-${model.split('.')[0]}`;
    await gateway.set({ rules: [{ steps: [{ outputTokens: 3_000 }] }] });
    const limit = (limitUsd: string) =>
      purser.put(`/v1/budgets/session/${session}/total`, { limitUsd });
    const call = () =>
      client.chat.completions
        .create(
          { model, messages, max_tokens: 3_000 },
          { headers: { 'x-purser-session': session } },
        )
        .withResponse();
    await limit('0.000000001');
    const refusal = await call().catch((error: unknown) => error);
    if (!(refusal instanceof OpenAI.APIError)) throw new Error('it was not refused');
    const neededUsd = Number(refusal.headers?.get('x-purser-cost-usd'));
    await limit((neededUsd * 1.02).toFixed(9));
    const { data, response } = await call();
    const most = Number(response.headers.get('x-purser-max-tokens'));
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(3_000);
    expect(data.choices[0]?.finish_reason).toBe('length');
    expect(data.usage?.completion_tokens).toBe(most);
    const entry = await gateway.entryIn(response.headers);
    expect(entry?.chargedNanoUsd).toBeLessThanOrEqual(entry?.amountNanoUsd ?? 0n);
  });
});

const counts = ({ usage }: OpenAI.ChatCompletion) => ({
  prompt_tokens: usage?.prompt_tokens,
  completion_tokens: usage?.completion_tokens,
});

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
    const { type, function: fn } = WEATHER;
    const tools = [{ type, ...fn, strict: false }];
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
