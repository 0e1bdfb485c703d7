import { describe, expect, it } from 'vitest';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';

type Api = 'chat' | 'messages' | 'responses';

const LEAST: Record<Api, JsonObject> = {
  chat: { model: 'amazon.nova-pro-v1:0', messages: [{ role: 'user', content: 'Hi' }] },
  messages: {
    model: 'amazon.nova-pro-v1:0',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'Hi' }],
  },
  responses: { model: 'amazon.nova-pro-v1:0', input: 'Hi' },
};

describe('what Converse cannot do', () => {
  it.each<[Api, string, JsonObject]>([
    ['chat', 'n', { n: 2 }],
    ['chat', 'logprobs', { logprobs: true }],
    ['chat', 'top_logprobs', { top_logprobs: 3 }],
    ['chat', 'logit_bias', { logit_bias: { 50256: -100 } }],
    ['chat', 'store', { store: true }],
    ['chat', 'modalities', { modalities: ['text', 'audio'] }],
    ['chat', 'functions', { functions: [{ name: 'a' }] }],
    ['chat', 'web_search_options', { web_search_options: { search_context_size: 'low' } }],
    ['chat', 'temperature', { temperature: 1.5 }],
    ['chat', 'max_tokens', { max_tokens: 0 }],
    ['chat', 'service_tier', { service_tier: 'scale' }],
    ['chat', 'tool_choice', { tool_choice: 'required' }],
    ['chat', 'tools.0.type', { tools: [{ type: 'web_search' }] }],
    ['chat', 'response_format.type', { response_format: { type: 'xml' } }],
    ['chat', 'reasoning_effort', { reasoning_effort: 'very' }],
    ['chat', 'max_gen_len', { max_gen_len: 9_999 }],
    [
      'chat',
      'additionalModelRequestFields.inferenceConfig.maxTokens',
      { additionalModelRequestFields: { inferenceConfig: { maxTokens: 9_999 } } },
    ],
    ['chat', 'messages', { messages: 'Hi' }],
    ['chat', 'messages.0.role', { messages: [{ role: 'function', content: 'a' }] }],
    [
      'chat',
      'messages.0.content.0.type',
      { messages: [{ role: 'user', content: [{ type: 'video_url' }] }] },
    ],
    [
      'chat',
      'messages.0.content.0.image_url.url',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
          },
        ],
      },
    ],
    [
      'chat',
      'messages.0.content.0.image_url.url',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,YQ==' } }],
          },
        ],
      },
    ],
    [
      'chat',
      'messages.0.content.0.file.file_data',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
    ],
    ['responses', 'previous_response_id', { previous_response_id: 'resp_1' }],
    ['responses', 'conversation', { conversation: 'c' }],
    ['responses', 'background', { background: true }],
    ['responses', 'prompt', { prompt: { id: 'p' } }],
    ['responses', 'store', { store: true }],
    ['responses', 'include', { include: ['message.output_text.logprobs'] }],
    ['responses', 'tools.0.type', { tools: [{ type: 'web_search' }] }],
    ['responses', 'input.0.type', { input: [{ type: 'item_reference', id: 'i' }] }],
    ['responses', 'input.0.type', { input: [{ type: 'computer_call' }] }],
    [
      'responses',
      'input.0.content.0.image_url',
      {
        input: [
          {
            role: 'user',
            content: [{ type: 'input_image', image_url: 'http://169.254.169.254/' }],
          },
        ],
      },
    ],
    [
      'responses',
      'input.0.content.0.file_url',
      {
        input: [
          { role: 'user', content: [{ type: 'input_file', file_url: 'https://example.com' }] },
        ],
      },
    ],
    ['responses', 'input', { input: [] }],
    ['messages', 'mcp_servers', { mcp_servers: [{ url: 'https://example.com' }] }],
    ['messages', 'container', { container: 'c' }],
    ['messages', 'tools.0.type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    [
      'messages',
      'messages.0.content.0.source',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'https://example.com' } }],
          },
        ],
      },
    ],
    [
      'messages',
      'messages.0.content.0.type',
      { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use' }] }] },
    ],
    ['messages', 'messages.0.role', { messages: [{ role: 'tool', content: 'a' }] }],
  ])('%s refuses %s', (api, field, members) => {
    const translated = translationTo(api).request({ ...LEAST[api], ...members });
    expect(translated).toMatchObject({ ok: false, fault: { field } });
  });

  it('is refused with a way out where an address would have to be fetched', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }];
    expect(
      translationTo('chat').request({ ...LEAST.chat, messages: [{ role: 'user', content }] }),
    ).toMatchObject({
      fault: {
        message:
          'must contain the data itself, as base64 or as a data URL. Purser fetches no addresses',
      },
    });
  });
});
