import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { embed, generateText, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient, usageOf } from '../support/gateway-client.ts';
import { CLAUDE, NOVA } from '../local/bedrock/stand-in.ts';

const converse: ConverseCommandInput = {
  modelId: CLAUDE,
  messages: [{ role: 'user', content: [{ text: 'Name the capital of France.' }] }],
  inferenceConfig: { maxTokens: 200 },
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
});
beforeEach(() => gateway.reset());
afterAll(async () => {
  aws?.destroy();
  await purser?.giveBack();
});

describe('the AWS SDK with a key of Purser as its token', () => {
  it('converses, and the settlement has the usage that it was told', async () => {
    const { usage, output, stopReason } = await aws.send(new ConverseCommand(converse));
    expect(output?.message?.content?.[0]?.text).toMatch(/capital/);
    expect(stopReason).toBe('end_turn');
    const call = await gateway.lastCall();
    expect(call).toMatchObject({
      api: 'converse',
      model: expect.stringContaining(CLAUDE) as string,
    });
    expect(usage).toMatchObject({ ...usageOf(call) });
    expect(await gateway.lastEntry()).toMatchObject({
      state: 'settled',
      model: call?.model,
      usage: usageOf(call),
    });
  });

  it('gets the same words and usage in a stream', async () => {
    const whole = await aws.send(new ConverseCommand(converse));
    const { stream } = await aws.send(new ConverseStreamCommand(converse));
    const events = await Array.fromAsync(stream ?? []);
    const text = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '');
    expect(text.join('')).toBe(whole.output?.message?.content?.[0]?.text);
    expect(events.at(-1)?.metadata?.usage).toEqual(whole.usage);
    expect(await gateway.lastEntry()).toMatchObject({ state: 'settled' });
  });

  it('invokes a model in its own format, whole and streamed', async () => {
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 25,
      messages: [{ role: 'user', content: 'Name the capital of France.' }],
    });
    const answer = await aws.send(new InvokeModelCommand({ modelId: CLAUDE, body }));
    const message = JSON.parse(answer.body.transformToString()) as { usage: object };
    expect(message.usage).toMatchObject({ output_tokens: 25 });
    const streamed = await aws.send(
      new InvokeModelWithResponseStreamCommand({ modelId: CLAUDE, body }),
    );
    const chunks = (await Array.fromAsync(streamed.body ?? [])).map(
      ({ chunk }) => JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as object,
    );
    expect(chunks.at(-1)).toMatchObject({
      'amazon-bedrock-invocationMetrics': { outputTokenCount: 25 },
    });
    const calls = await gateway.calls();
    expect(calls.map(({ api, streams }) => [api, streams])).toEqual([
      ['invoke', false],
      ['invoke', true],
    ]);
    expect((await purser.checkLedger()).violations).toEqual([]);
  });

  it.each([
    ['meta.llama3-3-70b-instruct-v1:0', { prompt: 'Name the capital of France.' }],
    [NOVA, { messages: converse.messages }],
    ['openai.gpt-oss-20b-1:0', { messages: [{ role: 'user', content: 'Name the capital.' }] }],
    ['cohere.embed-english-v3', { texts: ['one', 'two'], input_type: 'search_document' }],
  ])(
    'invokes %s in the format of its maker, limited to what the hold pays for',
    async (modelId, body) => {
      await aws.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
      const call = await gateway.lastCall();
      const metadata = call?.headers['x-amzn-bedrock-request-metadata'] ?? '{}';
      const { purserReservationId } = JSON.parse(metadata) as { purserReservationId?: string };
      expect(await gateway.entryOf(purserReservationId ?? '')).toMatchObject({
        state: 'settled',
        usage: usageOf(call),
      });
    },
  );

  it('calls a tool and gives its result', async () => {
    const toolConfig = {
      tools: [
        {
          toolSpec: {
            name: 'look_up',
            inputSchema: { json: { type: 'object', properties: { id: { type: 'integer' } } } },
          },
        },
      ],
    };
    const first = await aws.send(
      new ConverseCommand({ ...converse, toolConfig: { ...toolConfig, toolChoice: { any: {} } } }),
    );
    expect(first.stopReason).toBe('tool_use');
    const use = first.output?.message?.content?.find(({ toolUse }) => toolUse)?.toolUse;
    const toolResult = { toolUseId: use?.toolUseId, content: [{ text: 'found' }] };
    const second = await aws.send(
      new ConverseCommand({
        ...converse,
        toolConfig,
        messages: [
          ...(converse.messages ?? []),
          { role: 'assistant', content: first.output?.message?.content },
          { role: 'user', content: [{ toolResult }] },
        ],
      }),
    );
    expect(second.stopReason).toBe('end_turn');
  });

  it('is refused when the budget is spent, in one request, and nothing was asked', async () => {
    const stranger = await brokeKey();
    const broke = new BedrockRuntimeClient({
      endpoint: `${purser.url}/bedrock`,
      region: 'us-east-1',
      token: { token: stranger },
      authSchemePreference: ['httpBearerAuth'],
    });
    const refused = broke.send(new ConverseCommand(converse));
    await expect(refused).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      $metadata: { attempts: 1 },
    });
    broke.destroy();
    expect(await gateway.calls()).toEqual([]);
  });

  it('reads what Bedrock says to a request that is wrong, and pays nothing for it', async () => {
    const wrong = aws.send(
      new ConverseCommand({ ...converse, messages: [{ role: 'user', content: [{ text: ' ' }] }] }),
    );
    await expect(wrong).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('is blank') as string,
    });
    expect(await gateway.lastEntry()).toMatchObject({ state: 'voided' });
  });

  it('hears of a stream that breaks off', async () => {
    await gateway.set({
      rules: [
        { steps: [{ outputTokens: 60, breaks: { afterTokens: 20, fault: { kind: 'internal' } } }] },
      ],
    });
    const { stream } = await aws.send(new ConverseStreamCommand(converse));
    await expect(Array.fromAsync(stream ?? [])).rejects.toMatchObject({
      name: 'InternalServerException',
    });
    await vi.waitFor(async () =>
      expect(await gateway.lastEntry()).toMatchObject({ state: 'settled' }),
    );
  });
});

/** A key of a user whose budget is spent. */
async function brokeKey(): Promise<string> {
  await purser.put('/v1/budgets/user/broke/daily', { limitUsd: '0.000000001' });
  const made = await purser.post<{ key: string }>('/v1/keys', {
    name: 'broke',
    role: 'caller',
    users: ['broke'],
  });
  return made.body.key;
}

describe('the AI SDK for Bedrock', () => {
  const bedrock = () =>
    createAmazonBedrock({
      baseURL: `${purser.url}/bedrock`,
      region: 'us-east-1',
      apiKey: purser.key,
    });

  it('generates, streams and calls tools', async () => {
    const model = bedrock()(NOVA);
    const prompt = 'Name the capital of France.';
    const whole = await generateText({ model, prompt });
    expect(whole.text).toMatch(/capital/);
    expect(whole.usage).toMatchObject(usageOf(await gateway.lastCall()));
    const streamed = streamText({ model, prompt });
    expect(await streamed.text).toBe(whole.text);
    expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
    const inputSchema = jsonSchema<object>({ type: 'object', properties: {} });
    const called = await generateText({
      model,
      prompt,
      tools: { look_up: tool({ description: 'Looks it up.', inputSchema }) },
      toolChoice: 'required',
    });
    expect(called.toolCalls.map(({ toolName }) => toolName)).toEqual(['look_up']);
  });

  it('embeds, and pays for the tokens of the text', async () => {
    const { embedding, usage } = await embed({
      model: bedrock().embedding('amazon.titan-embed-text-v2:0'),
      value: 'Name the capital of France.',
    });
    expect(embedding).toHaveLength(1024);
    expect(usage.tokens).toBe((await gateway.lastCall())?.usage?.inputTokens);
  });
});

describe('POST /v1/invocations', () => {
  const body = {
    model: CLAUDE,
    system: 'relaycore',
    userId: 'ada',
    prompt: 'Name the capital of France.',
    maxOutputTokens: 100,
  };

  it('answers as Converse does, and tells what it cost', async () => {
    const { status, headers, body: answer } = await purser.post('/v1/invocations', body);
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      stopReason: 'end_turn',
      usage: usageOf(await gateway.lastCall()),
    });
    expect(headers.get('x-purser-cost-usd')).toMatch(/^0\.\d{9}$/);
    expect(await gateway.entryIn(headers)).toMatchObject({
      state: 'settled',
      system: 'relaycore',
      userId: 'ada',
      usage: usageOf(await gateway.lastCall()),
    });
  });

  it('streams server-sent events, and the cost in the last one', async () => {
    const response = await fetch(`${purser.url}/v1/invocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${purser.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true }),
    });
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(events[0]).toMatch(/^event: messageStart\ndata: \{/);
    expect(events.at(-1)).toMatch(/^event: purser\ndata: \{"x-purser-cost-usd":"0\.\d{9}"/);
    expect(await gateway.entryIn(response.headers)).toMatchObject({ state: 'settled' });
  });

  it('refuses with a problem that names the budget', async () => {
    await purser.put('/v1/budgets/user/broke/daily', { limitUsd: '0.000000001' });
    const {
      status,
      headers,
      body: problem,
    } = await purser.post('/v1/invocations', {
      ...body,
      userId: 'broke',
    });
    expect(status).toBe(429);
    expect(headers.get('x-should-retry')).toBe('false');
    expect(problem).toMatchObject({ type: expect.stringMatching(/budget-exceeded$/) as string });
  });
});
