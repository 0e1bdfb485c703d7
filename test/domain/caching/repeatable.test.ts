import { describe, expect, it } from 'vitest';
import { createStreamWatch, isCompleteAnswer } from '../../../domain/caching/answer-recorder.ts';
import { bypassOf } from '../../../domain/caching/repeatable.ts';
import type { JsonObject, ModelApi } from '../../../domain/gateway/wire-format.ts';

const ASKED = { lifeSeconds: 60, takesTools: false, takesDefaultTemperature: true };
const BY_ROUTE = { ...ASKED, takesDefaultTemperature: false };

describe('what is cached', () => {
  it.each<[ModelApi, JsonObject, asked: unknown, byRoute: unknown]>([
    ['chat', { temperature: 0 }, undefined, undefined],
    ['chat', {}, undefined, 'temperature'],
    ['chat', { temperature: null }, undefined, 'temperature'],
    ['chat', { temperature: 0.1 }, 'temperature', 'temperature'],
    ['chat', { temperature: '0' }, 'temperature', 'temperature'],
    ['chat', { temperature: Infinity }, 'temperature', 'temperature'],
    ['converse', { inferenceConfig: { temperature: 0 } }, undefined, undefined],
    ['converse', { inferenceConfig: { temperature: 0.5 } }, 'temperature', 'temperature'],
    [
      'converse',
      { inferenceConfig: { temperature: 0 }, additionalModelRequestFields: { temperature: 1 } },
      'temperature',
      'temperature',
    ],
    ['invoke', { textGenerationConfig: { temperature: 0.2 } }, 'temperature', 'temperature'],
    ['embeddings', {}, undefined, undefined],
    ['chat', { temperature: 0, tools: [{}] }, 'tools', 'tools'],
    ['chat', { temperature: 0, tools: [] }, undefined, undefined],
    ['chat', { temperature: 0, web_search_options: {} }, 'tools', 'tools'],
    ['messages', { temperature: 0, mcp_servers: [{}] }, 'tools', 'tools'],
    ['converse', { inferenceConfig: { temperature: 0 }, toolConfig: {} }, 'tools', 'tools'],
    ['responses', { temperature: 0, previous_response_id: 'r' }, 'state', 'state'],
    ['responses', { temperature: 0, background: true }, 'state', 'state'],
    ['responses', { temperature: 0, store: false }, undefined, undefined],
    ['responses', { temperature: 0, store: true }, 'state', 'state'],
  ])('%s %j', (api, body, asked, byRoute) => {
    expect(bypassOf(api, body, ASKED)).toBe(asked);
    expect(bypassOf(api, body, BY_ROUTE)).toBe(byRoute);
  });

  it('includes requests with tools where the caller says so', () => {
    expect(bypassOf('chat', { tools: [{}] }, { ...ASKED, takesTools: true })).toBeUndefined();
  });
});

const choice = (finish_reason: string | null, message: object = {}) =>
  JSON.stringify({ choices: [{ finish_reason, message }] });

describe('a complete answer', () => {
  it.each<[ModelApi, string, boolean]>([
    ['chat', choice('stop', { content: 'Paris', refusal: null }), true],
    ['chat', choice('length'), false],
    ['chat', choice('content_filter'), false],
    ['chat', choice(null), false],
    ['chat', choice('stop', { refusal: 'I cannot help.' }), false],
    ['chat', '{"error":{"message":"x"}}', false],
    ['chat', 'not JSON', false],
    ['messages', '{"stop_reason":"end_turn"}', true],
    ['messages', '{"stop_reason":"max_tokens"}', false],
    ['messages', '{"stop_reason":"refusal"}', false],
    ['messages', '{"stop_reason":"pause_turn"}', false],
    ['messages', '{"type":"error","error":{}}', false],
    ['converse', '{"stopReason":"end_turn"}', true],
    ['converse', '{"stopReason":"guardrail_intervened"}', false],
    ['responses', '{"status":"completed","output":[]}', true],
    ['responses', '{"status":"incomplete","output":[]}', false],
    ['responses', '{"status":"failed","output":[],"error":{"code":"x"}}', false],
    [
      'responses',
      '{"status":"completed","output":[{"content":[{"type":"refusal","refusal":"no"}]}]}',
      false,
    ],
    ['embeddings', '{"data":[{"embedding":[1]}]}', true],
    ['embeddings', '{}', false],
  ])('%s %s: %s', (api, text, isComplete) => {
    expect(isCompleteAnswer(api, text)).toBe(isComplete);
  });

  it.each<[ModelApi, string[], boolean]>([
    ['chat', [choice(null), '{"choices":[{"delta":{},"finish_reason":"stop"}]}', '[DONE]'], true],
    ['chat', ['{"choices":[{"delta":{"content":"a"}}]}'], false],
    ['chat', ['{"choices":[{"delta":{},"finish_reason":"length"}]}'], false],
    [
      'chat',
      [
        '{"choices":[{"delta":{"refusal":"no"}}]}',
        '{"choices":[{"delta":{},"finish_reason":"stop"}]}',
      ],
      false,
    ],
    [
      'chat',
      ['{"choices":[{"delta":{},"finish_reason":"stop"}]}', '{"error":{"message":"x"}}'],
      false,
    ],
    ['messages', ['{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'], true],
    ['messages', ['{"type":"message_delta","delta":{"stop_reason":"pause_turn"}}'], false],
    [
      'messages',
      [
        '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
        '{"type":"error","error":{}}',
      ],
      false,
    ],
    [
      'responses',
      ['{"type":"response.completed","response":{"status":"completed","output":[]}}'],
      true,
    ],
    [
      'responses',
      [
        '{"type":"response.refusal.delta","delta":"no"}',
        '{"response":{"status":"completed","output":[]}}',
      ],
      false,
    ],
  ])('%s as a stream %j: %s', (api, datas, isComplete) => {
    const watch = createStreamWatch(api);
    for (const data of datas) watch.see({ data });
    expect(watch.isComplete()).toBe(isComplete);
    watch.fail();
    expect(watch.isComplete()).toBe(false);
  });
});
