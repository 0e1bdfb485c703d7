import { Anthropic } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';
import { CLAUDE } from '../local/bedrock/stand-in.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const said = [{ role: 'user' as const, content: 'Name the capital of France.' }];
const plain = { model: CLAUDE, max_tokens: 200, messages: said };
const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
    required: ['city', 'days'],
  },
};
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
/** Counts what it sends. */
let client: Anthropic;
let sent = 0;

beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
  client = new Anthropic({
    baseURL: `${purser.url}/anthropic`,
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

describe.each([CLAUDE, NOVA])('the Anthropic SDK and %s', (model) => {
  it('gets an answer, and the settlement has the usage that it was told', async () => {
    const { data, response } = await client.messages.create({ ...plain, model }).withResponse();
    expect(data.content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/capital/) });
    expect(data.stop_reason).toBe('end_turn');
    const call = await gateway.lastCall();
    expect({
      inputTokens: data.usage.input_tokens,
      outputTokens: data.usage.output_tokens,
    }).toEqual(usageOf(call));
    expect(await gateway.entryIn(response.headers)).toMatchObject({
      state: 'settled',
      model: call?.model,
      usage: usageOf(call),
    });
    expect(response.headers.get('x-purser-decision')).toBe('proceed');
    expect(response.headers.get('x-purser-cost-usd')).toMatch(/^0\.\d{9}$/);
    expect(response.headers.get('x-should-retry')).toBeNull();
  });

  it('gets the same words in a stream', async () => {
    const whole = await client.messages.create({ ...plain, model });
    const stream = client.messages.stream({ ...plain, model });
    const message = await stream.finalMessage();
    expect(message.content).toEqual(whole.content);
    expect(message.usage).toMatchObject({
      input_tokens: whole.usage.input_tokens,
      output_tokens: whole.usage.output_tokens,
    });
    const { response } = await stream.withResponse();
    await expectSettled(response.headers);
  });

  it('calls a tool and gets its result, whole and streamed', async () => {
    const first = await client.messages.create({
      ...plain,
      model,
      tools: [weather],
      tool_choice: { type: 'any' },
    });
    const use = first.content.find(({ type }) => type === 'tool_use');
    if (use?.type !== 'tool_use') throw new Error('no tool was called');
    expect(use).toMatchObject({ name: 'get_weather', input: { days: 2 } });
    expect(first.stop_reason).toBe('tool_use');
    const messages: Anthropic.MessageParam[] = [
      ...said,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'rain' }] },
    ];
    const second = client.messages.stream({ ...plain, model, messages, tools: [weather] });
    expect((await second.finalMessage()).stop_reason).toBe('end_turn');
    const streamed = client.messages.stream({
      ...plain,
      model,
      tools: [weather],
      tool_choice: { type: 'tool', name: 'get_weather' },
    });
    expect((await streamed.finalMessage()).content).toMatchObject([
      { type: 'tool_use', name: 'get_weather', input: use.input },
    ]);
  });

  it('sends an image', async () => {
    const answer = await client.messages.create({
      ...plain,
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    expect(answer.usage.input_tokens).toBe(1007);
  });

  it('is told that its maximum cut the answer', async () => {
    const stream = client.messages.stream({ ...plain, model, max_tokens: 9 });
    const message = await stream.finalMessage();
    expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 9 } });
  });
});

describe('the Anthropic SDK', () => {
  it('thinks, and its budget for thinking shrinks with what the hold pays for', async () => {
    const stream = client.messages.stream({
      ...plain,
      max_tokens: 4_000,
      thinking: { type: 'enabled', budget_tokens: 2_000 },
    });
    expect((await stream.finalMessage()).content.map(({ type }) => type)).toEqual([
      'thinking',
      'text',
    ]);
  });

  it('counts tokens without a reservation, as the answer counts them', async () => {
    const counted = await client.messages.countTokens({ model: CLAUDE, messages: said });
    const { usage } = await client.messages.create(plain);
    expect(counted.input_tokens).toBe(usage.input_tokens);
  });

  it('lists models', async () => {
    const models = await client.models.list({ limit: 1_000 });
    expect(models.data.map(({ id }) => id)).toContain(CLAUDE);
  });

  it('pays for the prompt cache as the provider counts it', async () => {
    const system = [
      {
        type: 'text' as const,
        text: 'The quick brown fox jumps over the lazy dog. '.repeat(150).trim(),
        cache_control: { type: 'ephemeral' as const, ttl: '1h' as const },
      },
    ];
    const first = await client.messages.create({ ...plain, system }).withResponse();
    expect(first.data.usage.cache_creation?.ephemeral_1h_input_tokens).toBe(1500);
    const second = await client.messages.create({ ...plain, system }).withResponse();
    expect(second.data.usage.cache_read_input_tokens).toBe(1500);
    const [wrote, read] = await Promise.all([
      gateway.entryIn(first.response.headers),
      gateway.entryIn(second.response.headers),
    ]);
    expect(wrote?.usage).toMatchObject({ cacheWriteTokens: 1500, cacheReadTokens: 0 });
    expect(read?.usage).toMatchObject({ cacheWriteTokens: 0, cacheReadTokens: 1500 });
  });

  it('goes away in the middle of a stream, which is settled as if it had stayed', async () => {
    await gateway.set({
      rules: [{ steps: [{ outputTokens: 60, pauses: { afterTokens: 12, ms: 300 } }] }],
    });
    const stream = await client.messages.create({ ...plain, stream: true }).withResponse();
    for await (const { type } of stream.data) if (type === 'content_block_delta') break;
    await vi.waitFor(async () => {
      expect(await gateway.entryIn(stream.response.headers)).toMatchObject({
        state: 'settled',
        usage: { outputTokens: 60 },
      });
    }, 10_000);
    expect(await gateway.lastCall()).toMatchObject({ outcome: 'answered' });
  });

  it('is refused when the budget is spent, in one request, with words that it shows', async () => {
    await purser.put('/v1/budgets/session/done/total', { limitUsd: '0.000000001' });
    const refused = client.messages.create(plain, { headers: { 'x-purser-session': 'done' } });
    const error = await refused.then(
      () => undefined,
      (reason: unknown) => reason as InstanceType<typeof Anthropic.APIError>,
    );
    expect(error).toMatchObject({ status: 429, type: 'billing_error' });
    expect(error?.message).toMatch(/done/);
    expect(sent).toBe(1);
    expect(await gateway.calls()).toEqual([]);
  });

  it('is refused without a key and for a model that is not there, in its own words', async () => {
    const stranger = new Anthropic({ baseURL: `${purser.url}/anthropic`, apiKey: 'nobody' });
    await expect(stranger.messages.create(plain)).rejects.toMatchObject({
      status: 401,
      type: 'authentication_error',
    });
    await expect(client.messages.create({ ...plain, model: 'claude-none' })).rejects.toMatchObject({
      type: expect.stringMatching(/not_found_error|invalid_request_error/),
    });
    expect(sent).toBe(1);
  });

  it('reads what Anthropic says to a request that is wrong, and pays nothing for it', async () => {
    const wrong = Object.assign({ novelty: 1 }, plain);
    const error = await client.messages.create(wrong).then(
      () => undefined,
      (reason: unknown) => reason as InstanceType<typeof Anthropic.APIError>,
    );
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(error?.message).toContain('novelty: Extra inputs are not permitted');
    const headers = error?.headers;
    if (!headers) throw new Error('the error has no headers');
    expect(await gateway.entryIn(headers)).toMatchObject({ state: 'voided' });
  });

  it('hears of a stream that breaks off, which is settled at what came', async () => {
    await gateway.set({
      rules: [
        { steps: [{ outputTokens: 60, breaks: { afterTokens: 20, fault: { kind: 'internal' } } }] },
      ],
    });
    const stream = await client.messages.create({ ...plain, stream: true }).withResponse();
    await expect(Array.fromAsync(stream.data)).rejects.toMatchObject({ type: 'api_error' });
    await expectSettled(stream.response.headers);
  });
});

async function expectSettled(headers: Headers): Promise<void> {
  await vi.waitFor(async () => {
    expect((await gateway.entryIn(headers))?.state).toBe('settled');
  }, 5_000);
}
