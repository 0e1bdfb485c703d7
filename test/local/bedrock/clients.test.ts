import {
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLAUDE, GPT, type StandIn, startStandIn } from './stand-in.ts';

const TEXT = 'What is the capital of France, and why does it matter to travelers?';
const converse = {
  modelId: CLAUDE,
  messages: [{ role: 'user' as const, content: [{ text: TEXT }] }],
};
const messages = [{ role: 'user' as const, content: TEXT }];
const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
  required: ['city', 'days'],
};

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn?.stop());

describe('the AWS SDK', () => {
  it('gets an answer, and usage that counts its tokens', async () => {
    const answer = await standIn.aws.send(new ConverseCommand(converse));
    expect(answer.stopReason).toBe('end_turn');
    expect(answer.output?.message?.content?.[0]?.text).toMatch(/capital/);
    const { inputTokens = 0, outputTokens = 0, totalTokens } = answer.usage ?? {};
    expect(inputTokens).toBeGreaterThan(10);
    expect(outputTokens).toBeGreaterThan(10);
    expect(totalTokens).toBe(inputTokens + outputTokens);
    expect(standIn.lastCall()).toMatchObject({
      api: 'converse',
      model: CLAUDE,
      region: 'eu-west-1',
      streams: false,
      status: 200,
      outcome: 'answered',
      usage: { inputTokens, outputTokens, wasTold: true },
    });
  });

  it('gets the same words and usage in a stream', async () => {
    const whole = await standIn.aws.send(new ConverseCommand(converse));
    const streamed = await gather(converse);
    expect(streamed.text).toBe(whole.output?.message?.content?.[0]?.text);
    expect(streamed.usage).toEqual(whole.usage);
    expect(streamed.stopReason).toBe('end_turn');
  });

  it.each([1, 7, 20])('is cut off after exactly %i tokens', async (maxTokens) => {
    const streamed = await gather({ ...converse, inferenceConfig: { maxTokens } });
    expect(streamed).toMatchObject({
      stopReason: 'max_tokens',
      usage: { outputTokens: maxTokens },
    });
  });

  it('invokes a model in its own format, and gets the counts in headers and metrics', async () => {
    const body = JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 10,
      messages,
    });
    const answer = await standIn.aws.send(new InvokeModelCommand({ modelId: CLAUDE, body }));
    const parsed = JSON.parse(answer.body.transformToString()) as { usage: object };
    expect(parsed).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } });
    const { body: events } = await standIn.aws.send(
      new InvokeModelWithResponseStreamCommand({ modelId: CLAUDE, body }),
    );
    const chunks: Record<string, object>[] = [];
    for await (const { chunk } of events ?? []) {
      chunks.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as Record<string, object>);
    }
    expect(chunks.at(-1)?.['amazon-bedrock-invocationMetrics']).toMatchObject({
      outputTokenCount: 10,
    });
  });

  it('counts tokens as the answer does', async () => {
    const { inputTokens } = await standIn.aws.send(
      new CountTokensCommand({ modelId: CLAUDE, input: { converse } }),
    );
    const { usage } = await standIn.aws.send(new ConverseCommand(converse));
    expect(inputTokens).toBe(usage?.inputTokens);
  });

  async function gather(input: typeof converse & { inferenceConfig?: { maxTokens: number } }) {
    const { stream } = await standIn.aws.send(new ConverseStreamCommand(input));
    const events: ConverseStreamOutput[] = [];
    for await (const event of stream ?? []) events.push(event);
    return {
      text: events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join(''),
      usage: events.at(-1)?.metadata?.usage,
      stopReason: events.at(-2)?.messageStop?.stopReason,
    };
  }
});

describe('all APIs', () => {
  it('count the tokens of one prompt alike', async () => {
    const { usage } = await standIn.aws.send(new ConverseCommand(converse));
    const message = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 500,
      messages,
    });
    expect(message.usage.input_tokens).toBe(usage?.inputTokens);
    expect(message.usage.output_tokens).toBe(usage?.outputTokens);
    const chat = await standIn.openai.chat.completions.create({ model: CLAUDE, messages });
    expect(chat.usage?.prompt_tokens).toBe(usage?.inputTokens);
    expect(chat.usage?.completion_tokens).toBe(usage?.outputTokens);
    const response = await standIn.openai.responses.create({ model: CLAUDE, input: TEXT });
    expect(response.usage?.input_tokens).toBe(usage?.inputTokens);
    expect(response.output_text).toBe(chat.choices[0]?.message.content);
  });
});

describe('the Anthropic SDK', () => {
  it('streams reasoning, text and a tool call that the message names', async () => {
    const stream = standIn.anthropic.messages.stream({
      model: CLAUDE,
      max_tokens: 2000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [{ role: 'user', content: 'Please use get_weather.' }],
      tools: [
        {
          name: 'get_weather',
          input_schema: SCHEMA,
        },
      ],
    });
    const message = await stream.finalMessage();
    expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use']);
    expect(message.content[2]).toMatchObject({ name: 'get_weather', input: { days: 2 } });
    expect(message.stop_reason).toBe('tool_use');
    expect(message.usage.output_tokens).toBe(standIn.lastCall()?.usage?.outputTokens);
  });
});

describe('a tool call', () => {
  it.each([1, 3, 9, 14])('is cut off after exactly %i tokens', async (maxTokens) => {
    const stream = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: maxTokens,
      messages,
      tools: [{ name: 'get_weather', input_schema: SCHEMA }],
      tool_choice: { type: 'any' },
      stream: true,
    });
    const events = await Array.fromAsync(stream);
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: 'max_tokens' },
      usage: { output_tokens: maxTokens },
    });
    expect(standIn.lastCall()?.usage).toMatchObject({ outputTokens: maxTokens, wasTold: true });
  });
});

describe('the OpenAI SDK', () => {
  it('gets the usage of a stream only if it asks', async () => {
    const chunks = async (includeUsage: boolean) => {
      const stream = await standIn.openai.chat.completions.create({
        model: GPT,
        messages,
        stream: true,
        max_completion_tokens: 9,
        ...(includeUsage && { stream_options: { include_usage: true } }),
      });
      return Array.fromAsync(stream);
    };
    const withUsage = await chunks(true);
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 9 } });
    expect(withUsage.at(-2)?.choices[0]?.finish_reason).toBe('length');
    const without = await chunks(false);
    expect(without.at(-1)?.choices[0]?.finish_reason).toBe('length');
    expect(without.filter(({ usage }) => usage)).toEqual([]);
    expect(standIn.lastCall()?.usage).toMatchObject({ outputTokens: 9, wasTold: false });
  });

  it('gets typed events from the Responses API', async () => {
    const stream = await standIn.openai.responses.create({
      model: GPT,
      input: TEXT,
      stream: true,
      max_output_tokens: 9,
    });
    const events = await Array.fromAsync(stream);
    expect(events[0]?.type).toBe('response.created');
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { output_tokens: 9 },
      },
    });
  });
});

describe('every API refuses', () => {
  it.each(['/openai/v1/chat/completions', '/anthropic/v1/messages', `/model/${CLAUDE}/converse`])(
    'unsigned requests and bodies that are no JSON: %s',
    async (path) => {
      expect((await standIn.post(path, {}, { authorization: 'Basic x' })).status).toBe(403);
      expect((await standIn.post(path, '{"model":')).status).toBe(400);
    },
  );

  it('paths that it does not have', async () => {
    const { status, headers } = await standIn.post('/openai/v1/embeddings', {});
    expect(status).toBe(404);
    expect(headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
  });

  it('metadata that the signature does not cover', async () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=local/20260115/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const path = `/model/${CLAUDE}/converse`;
    const body = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] };
    expect((await standIn.post(path, body, { authorization })).status).toBe(200);
    const metadata = { 'x-amzn-bedrock-request-metadata': '{"a":"b"}' };
    expect((await standIn.post(path, body, { authorization, ...metadata })).status).toBe(403);
  });
});
