import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLAUDE, GPT, type StandIn, startStandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn?.stop());

const user = (...content: object[]) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const hello = user({ text: 'Hello' });
const use = { toolUse: { toolUseId: 'one', name: 'look_up', input: {} } };
const result = { toolResult: { toolUseId: 'one', content: [{ text: 'found' }] } };
const toolConfig = { tools: [{ toolSpec: { name: 'look_up', inputSchema: { json: {} } } }] };

describe('Converse refuses', () => {
  it.each<[string, object, string]>([
    ['no messages', { messages: [] }, 'A conversation must start with a user message.'],
    [
      'an assistant first',
      { messages: [assistant({ text: 'Hi' })] },
      'must start with a user message',
    ],
    [
      'one role twice',
      { messages: [hello, hello] },
      'must alternate between user and assistant roles',
    ],
    [
      'an unknown role',
      { messages: [{ role: 'system', content: [{ text: 'x' }] }] },
      'Member must satisfy enum value set: [user, assistant]',
    ],
    [
      'empty content',
      { messages: [user()] },
      'The content field in the Message object at messages.0 is empty.',
    ],
    [
      'blank text',
      { messages: [user({ text: ' ' })] },
      'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.',
    ],
    [
      'a blank system prompt',
      { messages: [hello], system: [{ text: '' }] },
      'SystemContentBlock object at system.0 is blank',
    ],
    [
      'two members in a block',
      { messages: [user({ text: 'x', image: {} })] },
      'messages.0.content.0 must set exactly one member',
    ],
    ['an unknown member', { messages: [user({ sound: {} })] }, 'must set exactly one member'],
    [
      'tools in the history without a configuration',
      { messages: [hello, assistant(use), user(result)] },
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    ],
    [
      'a call without its result',
      { messages: [hello, assistant(use), hello], toolConfig },
      'Expected toolResult blocks at messages.2.content for the following Ids: one',
    ],
    [
      'a result without its call',
      { messages: [user(result)], toolConfig },
      'exceeds the number of toolUse blocks of previous turn.',
    ],
    [
      'an empty error',
      {
        messages: [
          hello,
          assistant(use),
          user({ toolResult: { toolUseId: 'one', status: 'error', content: [] } }),
        ],
        toolConfig,
      },
      'messages.2.content.0.toolResult cannot be empty when status value is error.',
    ],
    [
      'an empty tool name',
      { messages: [hello], toolConfig: { tools: [{ toolSpec: { name: '' } }] } },
      'toolConfig.tools.1.member.toolSpec.name',
    ],
    [
      'an empty description',
      { messages: [hello], toolConfig: { tools: [{ toolSpec: { name: 'x', description: '' } }] } },
      'toolSpec.description',
    ],
    [
      'a cache point alone',
      { messages: [user({ cachePoint: { type: 'default' } })] },
      'only cachePoint blocks',
    ],
    [
      'a document without text',
      { messages: [user({ document: { name: 'a', format: 'txt', source: { text: 'x' } } })] },
      'with text beside the document',
    ],
    [
      'a maximum above the model’s',
      { messages: [hello], inferenceConfig: { maxTokens: 200_000 } },
      'The maximum tokens you requested exceeds the model limit of 128000. Try again with a maximum tokens value that is lower than 128000.',
    ],
    [
      'a maximum of nothing',
      { messages: [hello], inferenceConfig: { maxTokens: 0 } },
      'Member must have value greater than or equal to 1',
    ],
    [
      'unknown fields of the model',
      { messages: [hello], additionalModelRequestFields: { reasoning: {} } },
      'The model returned the following errors: reasoning: Extra inputs are not permitted',
    ],
    [
      'an unknown beta flag',
      { messages: [hello], additionalModelRequestFields: { anthropic_beta: ['tomorrow'] } },
      'invalid beta flag',
    ],
    [
      'too much metadata',
      { messages: [hello], requestMetadata: { key: 'x'.repeat(257) } },
      'requestMetadata',
    ],
    [
      'a prompt beyond the context',
      { messages: [user({ text: 'word '.repeat(1_000_001) })] },
      'Input is too long for requested model.',
    ],
  ])('%s', async (_name, body, message) => {
    const { status, headers, text } = await standIn.post(`/model/${CLAUDE}/converse`, body);
    expect(status).toBe(400);
    expect(headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect((JSON.parse(text) as { message: string }).message).toContain(message);
  });

  it('what the AWS SDK then throws by name', async () => {
    const command = new ConverseCommand({ modelId: 'no.such-model', messages: [] });
    await expect(standIn.aws.send(command)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided model identifier is invalid.',
    });
  });
});

describe('the Messages API refuses', () => {
  const body = { model: CLAUDE, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
  const block = (content: object[]) => ({ messages: [{ role: 'user', content }] });
  it.each<[string, object, string]>([
    ['no maximum', { max_tokens: undefined }, 'max_tokens: Field required'],
    [
      'a maximum above the model’s',
      { max_tokens: 200_000 },
      'max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens',
    ],
    ['unknown fields', { speed: 'fast' }, 'speed: Extra inputs are not permitted'],
    [
      'a field without its beta flag',
      { context_management: {} },
      'context_management: Extra inputs are not permitted',
    ],
    [
      'a field of a tool without its beta flag',
      { tools: [{ name: 'read', input_schema: {}, defer_loading: true }] },
      'tools.0.custom.defer_loading: Extra inputs are not permitted',
    ],
    [
      'a setting of the answer that it does not know',
      { output_config: { task_budget: {} } },
      'output_config.task_budget: Extra inputs are not permitted',
    ],
    [
      'blank text',
      block([{ type: 'text', text: '' }]),
      'messages.0.content.0: text content blocks must be non-empty',
    ],
    ['an unknown block', block([{ type: 'sound' }]), "Input tag 'sound' found using 'type'"],
    [
      'a stray result',
      block([{ type: 'tool_result', tool_use_id: 'one' }]),
      'unexpected `tool_use_id` found in `tool_result` blocks: one',
    ],
    [
      'a cache point with more than its time',
      block([{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', scope: 'global' } }]),
      'messages.0.content.0.cache_control.ephemeral.scope: Extra inputs are not permitted',
    ],
    [
      'a tool that Anthropic runs',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      "tools.0: Input tag 'web_search_20250305'",
    ],
    [
      'a URL',
      block([{ type: 'image', source: { type: 'url', url: 'https://example.com' } }]),
      'only base64 sources',
    ],
    [
      'little to think with',
      { thinking: { type: 'enabled', budget_tokens: 100 } },
      'greater than or equal to 1024',
    ],
    [
      'more thinking than output',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
  ])('%s', async (_name, part, message) => {
    const { status, text } = await standIn.post('/anthropic/v1/messages?beta=true', {
      ...body,
      ...part,
    });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringContaining(message) as string },
    });
  });

  it('an unknown beta flag, and takes a field with its flag', async () => {
    const path = '/anthropic/v1/messages';
    const unknown = await standIn.post(path, body, { 'anthropic-beta': 'tomorrow-2030-01-01' });
    expect(unknown).toMatchObject({
      status: 400,
      text: expect.stringContaining('invalid beta flag') as string,
    });
    const beta = { 'anthropic-beta': 'context-management-2025-06-27' };
    expect((await standIn.post(path, { ...body, context_management: {} }, beta)).status).toBe(200);
  });

  it('models that are not Claude', async () => {
    const answer = standIn.anthropic.messages.create({ model: GPT, max_tokens: 1, messages: [] });
    await expect(answer).rejects.toMatchObject({ status: 404, type: 'not_found_error' });
  });
});

describe('the OpenAI-compatible APIs refuse', () => {
  const chat = (part: object) =>
    [
      '/openai/v1/chat/completions',
      { model: GPT, messages: [{ role: 'user', content: 'Hello' }], ...part },
    ] as const;
  const responses = (part: object) =>
    ['/openai/v1/responses', { model: GPT, input: 'Hello', ...part }] as const;
  it.each<[string, readonly [string, object], string]>([
    ['no messages', chat({ messages: [] }), "Missing required parameter: 'messages'."],
    [
      'an unknown role',
      chat({ messages: [{ role: 'robot', content: 'x' }] }),
      "Invalid value: 'robot'",
    ],
    [
      'a stray tool message',
      chat({ messages: [{ role: 'tool', tool_call_id: 'one', content: 'x' }] }),
      "messages with role 'tool' must be a response",
    ],
    [
      'a URL of an image',
      chat({
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'https://example.com' } }],
          },
        ],
      }),
      'only data URLs',
    ],
    [
      'a maximum above the model’s',
      chat({ max_completion_tokens: 200_000 }),
      'This model supports at most 128000 completion tokens',
    ],
    ['no input', responses({ input: [] }), "Missing required parameter: 'input'."],
    [
      'work in the background',
      responses({ background: true }),
      "Unsupported parameter: 'background'.",
    ],
    ['tools of OpenAI’s servers', responses({ tools: [{ type: 'web_search' }] }), '`web_search`'],
    ['tools whose input is text', responses({ tools: [{ type: 'custom' }] }), '`custom`'],
    ['groups of tools', responses({ tools: [{ type: 'namespace' }] }), '`namespace`'],
    [
      'calls of tools in groups',
      responses({ input: [{ type: 'function_call', call_id: 'c', namespace: 'n', name: 'f' }] }),
      "Unknown parameter: 'input[0].namespace'.",
    ],
  ])('%s', async (_name, [path, body], message) => {
    const { status, text } = await standIn.post(path, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(message) as string },
    });
  });

  it('an unknown model', async () => {
    const answer = standIn.openai.chat.completions.create({ model: 'none', messages: [] });
    await expect(answer).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
});
