import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import {
  ConverseCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { embedMany, generateText, jsonSchema, Output, streamText, tool } from 'ai';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOf } from '../../../local/bedrock/json-sample.ts';
import { countTokens, cutTokens, tokensOf } from '../../../local/bedrock/tokens.ts';
import { CLAUDE, GPT, NOVA, type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn?.stop());

describe('tokens', () => {
  it('are the pieces of a text, and a cut text has exactly as many', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, limit) => {
        expect(tokensOf(text).join('')).toBe(text);
        const cut = cutTokens(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(countTokens(cut)).toBe(Math.min(limit, countTokens(text)));
      }),
    );
  });
});

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 3, maxLength: 9 },
    kind: { enum: ['a', 'b'] },
    at: { type: 'string', format: 'date-time' },
    count: { type: 'integer', minimum: 4, maximum: 6 },
    share: { type: ['number', 'null'], exclusiveMinimum: 0 },
    items: { type: 'array', items: { $ref: '#/$defs/item' }, minItems: 2 },
    choice: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
  },
  required: ['name', 'kind', 'at', 'count', 'share', 'items', 'choice'],
  additionalProperties: false,
  $defs: { item: { type: 'object', properties: { id: { const: 7 } }, required: ['id'] } },
};
const satisfies = (value: unknown): boolean =>
  new Ajv({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(SCHEMA)(value);

describe('structured output', () => {
  it('satisfies the schema in each API', async () => {
    expect(satisfies(sampleOf(SCHEMA, 'text'))).toBe(true);
    const content = 'Describe it.';
    const chat = await standIn.openai.chat.completions.create({
      model: GPT,
      messages: [{ role: 'user', content }],
      response_format: { type: 'json_schema', json_schema: { name: 'it', schema: SCHEMA } },
    });
    const response = await standIn.openai.responses.create({
      model: GPT,
      input: content,
      text: { format: { type: 'json_schema', name: 'it', schema: SCHEMA } },
    });
    const message = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 500,
      messages: [{ role: 'user', content }],
      output_config: { format: { type: 'json_schema', schema: SCHEMA } },
    });
    const { output } = await standIn.aws.send(
      new ConverseCommand({
        modelId: CLAUDE,
        messages: [{ role: 'user', content: [{ text: content }] }],
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: { jsonSchema: { schema: JSON.stringify(SCHEMA) } },
          },
        },
      }),
    );
    const texts = [
      chat.choices[0]?.message.content,
      response.output_text,
      message.content[0]?.type === 'text' ? message.content[0].text : '',
      output?.message?.content?.[0]?.text,
    ];
    expect(texts.map((text) => satisfies(JSON.parse(text ?? '')))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('InvokeModel', () => {
  const invoke = async (modelId: string, body: object) => {
    const answer = await standIn.aws.send(
      new InvokeModelCommand({ modelId, body: JSON.stringify(body) }),
    );
    return JSON.parse(answer.body.transformToString()) as Record<string, unknown>;
  };
  const chunks = async (modelId: string, body: object) => {
    const { body: events } = await standIn.aws.send(
      new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) }),
    );
    const parts = await Array.fromAsync(events ?? []);
    return parts.map(
      ({ chunk }) =>
        JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as Record<string, unknown>,
    );
  };
  const llama = { prompt: 'Tell me about rivers.', max_gen_len: 12 };
  const nova = {
    messages: [{ role: 'user', content: [{ text: 'Tell me about rivers.' }] }],
    inferenceConfig: { max_new_tokens: 12 },
  };
  const chat = { messages: [{ role: 'user', content: 'Rivers?' }], max_completion_tokens: 12 };

  it('speaks the format of each maker', async () => {
    expect(await invoke('meta.llama3-3-70b-instruct-v1:0', llama)).toMatchObject({
      generation_token_count: 12,
      stop_reason: 'length',
    });
    expect(await invoke(NOVA, nova)).toMatchObject({
      output: { message: { role: 'assistant' } },
      stopReason: 'max_tokens',
      usage: { outputTokens: 12 },
    });
    expect(await invoke(GPT, chat)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });

  it.each([
    ['meta.llama3-3-70b-instruct-v1:0', llama],
    [NOVA, nova],
    [GPT, chat],
  ])('streams it, with its own counts in the last chunk: %s', async (model, body) => {
    const parts = await chunks(model, body);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.at(-1)?.['amazon-bedrock-invocationMetrics']).toMatchObject({
      inputTokenCount: standIn.lastCall()?.usage?.inputTokens,
      outputTokenCount: 12,
    });
  });

  it.each([
    ['meta.llama3-3-70b-instruct-v1:0', { ...llama, max_tokens: 9 }],
    [NOVA, { ...nova, max_tokens: 9 }],
    ['amazon.titan-embed-text-v2:0', { inputText: 'one', max_tokens: 9 }],
    ['cohere.embed-english-v3', { texts: ['one'], input_type: 'search_query', max_tokens: 9 }],
  ])('refuses members that %s does not know', async (model, body) => {
    await expect(invoke(model, body)).rejects.toThrow('extraneous key [max_tokens]');
  });

  it('embeds texts: those that share words are closer', async () => {
    const vector = async (inputText: string) => {
      const { embedding } = await invoke('amazon.titan-embed-text-v2:0', {
        inputText,
        dimensions: 256,
      });
      return embedding as number[];
    };
    const cosine = (left: number[], right: number[]) =>
      left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
    const [river, stream, tax] = await Promise.all([
      vector('the long river flows to the sea'),
      vector('the long river flows to a lake'),
      vector('income tax returns are due'),
    ]);
    expect(river).toHaveLength(256);
    expect(cosine(river, river)).toBeCloseTo(1);
    expect(cosine(river, stream)).toBeGreaterThan(cosine(river, tax) + 0.3);
    const cohere = {
      texts: ['one', 'two'],
      input_type: 'search_query',
      embedding_types: ['float'],
    };
    expect(await invoke('cohere.embed-english-v3', cohere)).toMatchObject({
      response_type: 'embeddings_by_type',
      embeddings: { float: [expect.any(Array), expect.any(Array)] },
    });
  });
});

describe('images and documents', () => {
  it('count as input in each API', async () => {
    const data = Buffer.from('not really a picture').toString('base64');
    const url = `data:image/png;base64,${data}`;
    const before = await standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 10,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    const chat = await standIn.openai.chat.completions.create({
      model: CLAUDE,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url } },
            { type: 'text', text: 'What is it?' },
          ],
        },
      ],
    });
    expect(before.usage.input_tokens).toBe(1007);
    expect(chat.usage?.prompt_tokens).toBe(1007);
  });
});

describe('the AI SDK', () => {
  const bedrock = () =>
    createAmazonBedrock({
      baseURL: standIn.endpoint,
      region: 'eu-west-1',
      accessKeyId: 'local',
      secretAccessKey: 'local',
    });
  const tools = {
    look_up: tool({
      description: 'Looks something up.',
      inputSchema: jsonSchema<{ id: number }>({
        type: 'object',
        properties: { id: { type: 'integer', minimum: 3 } },
        required: ['id'],
      }),
    }),
  };

  it('generates, streams, calls tools, and gets structured output', async () => {
    const model = bedrock()(NOVA);
    const plain = await generateText({ model, prompt: 'Tell me about rivers.' });
    expect(plain.text).toMatch(/rivers/);
    expect(plain.usage.outputTokens).toBe(standIn.lastCall()?.usage?.outputTokens);
    const streamed = streamText({ model, prompt: 'Tell me about rivers.' });
    expect(await streamed.text).toBe(plain.text);
    const called = await generateText({ model, prompt: 'Go.', tools, toolChoice: 'required' });
    expect(called.toolCalls[0]).toMatchObject({ toolName: 'look_up', input: { id: 3 } });
    const structured = await generateText({
      model,
      prompt: 'Describe it.',
      output: Output.object({
        schema: jsonSchema<{ count: number }>({ ...SCHEMA, $defs: SCHEMA.$defs } as never),
      }),
    });
    expect(structured.output.count).toBe(4);
  });

  it('embeds', async () => {
    const { embeddings } = await embedMany({
      model: bedrock().embedding('amazon.titan-embed-text-v2:0'),
      values: ['one', 'two'],
    });
    expect(embeddings.map(({ length }) => length)).toEqual([1024, 1024]);
  });
});
