import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';

const PROMPT = 'Name the capital of France.';

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
let sent = 0;
const counting: typeof fetch = (input, init) => {
  sent += 1;
  return fetch(input, init);
};

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
});
beforeEach(async () => {
  await gateway.reset();
  sent = 0;
});
afterAll(() => purser?.giveBack());

describe.each([GPT, CLAUDE])('LangChain and %s', (model) => {
  const chat = (headers: Record<string, string> = {}) =>
    new ChatOpenAI({
      model,
      apiKey: purser.key,
      configuration: {
        baseURL: `${purser.url}/openai/v1`,
        fetch: counting,
        defaultHeaders: headers,
      },
    });

  it('counts the tokens of a stream once', async () => {
    const chunks = await Array.fromAsync(await chat().stream(PROMPT));
    const whole = chunks.reduce((sum, chunk) => sum.concat(chunk));
    expect({
      inputTokens: whole.usage_metadata?.input_tokens,
      outputTokens: whole.usage_metadata?.output_tokens,
    }).toEqual(usageOf(await gateway.lastCall()));
    const answer = await chat().invoke(PROMPT);
    expect(whole.text).toBe(answer.text);
    expect(answer.usage_metadata?.total_tokens).toBe(whole.usage_metadata?.total_tokens);
  });

  it('calls a tool in a stream', async () => {
    await gateway.set({
      rules: [{ steps: [{ tools: [{ name: 'get_weather', input: { city: 'Paris' } }] }] }],
    });
    const weather = {
      type: 'function' as const,
      function: {
        name: 'get_weather',
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
      },
    };
    const chunks = await Array.fromAsync(await chat().bindTools([weather]).stream(PROMPT));
    expect(chunks.reduce((sum, chunk) => sum.concat(chunk)).tool_calls).toMatchObject([
      { name: 'get_weather', args: { city: 'Paris' } },
    ]);
  });

  it('gives up at once when the budget is spent', async () => {
    await purser.put('/v1/budgets/session/done/total', { limitUsd: '0.000000001' });
    await expect(chat({ 'x-purser-session': 'done' }).invoke(PROMPT)).rejects.toThrow(
      /Insufficient quota/,
    );
    expect(sent).toBe(1);
    expect(await gateway.calls()).toEqual([]);
  });
});

describe.each([GPT, CLAUDE])('the AI SDK and %s', (model) => {
  const provider = () =>
    createOpenAICompatible({
      name: 'purser',
      baseURL: `${purser.url}/openai/v1`,
      apiKey: purser.key,
      fetch: counting,
      includeUsage: true,
    });

  it('answers, whole and streamed, with the same usage', async () => {
    const whole = await generateText({ model: provider()(model), prompt: PROMPT });
    expect(whole.text).toMatch(/capital/);
    const stream = streamText({ model: provider()(model), prompt: PROMPT });
    expect(await stream.text).toBe(whole.text);
    expect(await stream.finishReason).toBe('stop');
    const { inputTokens, outputTokens } = await stream.usage;
    expect({ inputTokens, outputTokens }).toEqual(usageOf(await gateway.lastCall()));
    expect(whole.usage).toMatchObject({ inputTokens, outputTokens });
  });

  it('calls a tool, and sends its result back', async () => {
    await gateway.set({
      rules: [
        {
          steps: [
            { tools: [{ name: 'get_weather', input: { city: 'Paris' } }] },
            { text: 'It rains.' },
          ],
        },
      ],
    });
    const inputSchema = jsonSchema<{ city: string }>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    });
    const weather = tool({ inputSchema, execute: ({ city }) => `rain in ${city}` });
    const first = await generateText({
      model: provider()(model),
      prompt: PROMPT,
      tools: { get_weather: weather },
    });
    expect(first.toolResults).toMatchObject([{ output: 'rain in Paris' }]);
    const second = await generateText({
      model: provider()(model),
      messages: [{ role: 'user', content: PROMPT }, ...first.response.messages],
      tools: { get_weather: weather },
    });
    expect(second.text).toBe('It rains.');
  });

  it('shows why it is refused', async () => {
    await purser.put('/v1/budgets/session/over/total', { limitUsd: '0.000000001' });
    const refused = generateText({
      model: provider()(model),
      prompt: PROMPT,
      headers: { 'x-purser-session': 'over' },
      // This SDK knows no header that stops its retries.
      maxRetries: 0,
    });
    await expect(refused).rejects.toMatchObject({
      statusCode: 429,
      message: expect.stringMatching(/session\/over\/total/),
    });
    expect(sent).toBe(1);
  });
});
