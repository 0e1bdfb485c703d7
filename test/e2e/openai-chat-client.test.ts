import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';

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
let client: OpenAI;

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
  client = new OpenAI({
    baseURL: `${purser.url}/openai/v1`,
    apiKey: purser.key,
  });
});
beforeEach(() => gateway.reset());
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
    const neededUsd = Number(refusal.headers?.get('x-purser-needed-usd'));
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
