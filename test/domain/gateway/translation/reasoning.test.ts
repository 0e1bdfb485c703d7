import { describe, expect, it } from 'vitest';
import { withOutputLimit } from '../../../../domain/gateway/output-limit.ts';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';
import { converseFaults } from '../../../support/converse-rules.ts';
import { converseAnswer } from '../../../support/converse-stream.ts';

type Api = 'chat' | 'messages' | 'responses';
const CLAUDE = 'anthropic.claude-sonnet-5';

function translated(api: Api, body: JsonObject): JsonObject {
  const result = translationTo(api).request({ model: CLAUDE, ...body });
  if (!result.ok) throw new Error(`${result.fault.field}: ${result.fault.message}`);
  expect(converseFaults(result.body)).toEqual([]);
  return result.body;
}

const chat = (messages: JsonObject[], rest: JsonObject = {}): JsonObject =>
  translated('chat', { messages, ...rest });
const user = (content: unknown): JsonObject => ({ role: 'user', content });
const toolCall = (id: string, input = '{}', name = 'read'): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: input },
});
const result = (id: string, content: unknown): JsonObject => ({
  role: 'tool',
  tool_call_id: id,
  content,
});
const read = { type: 'function', function: { name: 'read', parameters: { type: 'object' } } };
const HELLO = [user('Hello')];

describe('reasoning', () => {
  const thinking = { type: 'thinking', thinking: 'Hm', signature: 'sig' };
  const facts = { id: 'r', model: 'm', createdAtMs: 0, request: {}, includesUsage: false };
  const answer = converseAnswer(
    [
      { reasoningContent: { reasoningText: { text: 'Hm', signature: 'sig' } } },
      { reasoningContent: { redactedContent: 'c2VjcmV0' } },
      { toolUse: { toolUseId: 'x', name: 'read', input: { path: 'a' } } },
    ],
    { stopReason: 'tool_use' },
  );
  const blocks = (answer['output'] as { message: { content: unknown } }).message.content;

  it('comes back with its signature through Chat Completions', () => {
    const [choice] = translationTo('chat').answer(answer, facts)['choices'] as {
      message: JsonObject;
    }[];
    expect(choice?.message).toMatchObject({
      reasoning_content: 'Hm',
      thinking_blocks: [thinking, { type: 'redacted_thinking', data: 'c2VjcmV0' }],
    });
    const body = chat([user('a'), choice?.message ?? {}, result('x', '1')], { tools: [read] });
    expect(body).toMatchObject({ messages: [{}, { content: blocks }, {}] });
  });

  it('comes back through Messages', () => {
    const { content } = translationTo('messages').answer(answer, facts);
    const body = translated('messages', {
      messages: [
        user('a'),
        { role: 'assistant', content },
        user([{ type: 'tool_result', tool_use_id: 'x', content: '1' }]),
      ],
    });
    expect(body).toMatchObject({ messages: [{}, { content: blocks }, {}] });
  });

  it('comes back through Responses, where only encrypted_content is sure to', () => {
    const { output } = translationTo('responses').answer(answer, facts);
    const items = (output as JsonObject[]).map((item) => ({ ...item, content: undefined }));
    const body = translated('responses', {
      input: [user('a'), ...items, { type: 'function_call_output', call_id: 'x', output: '1' }],
    });
    expect(body).toMatchObject({ messages: [{}, { content: blocks }, {}] });
  });

  it('of another model stays out', () => {
    const turn = [
      user('a'),
      { role: 'assistant', content: [thinking, { type: 'text', text: 'b' }] },
      user('c'),
    ];
    expect(translated('messages', { model: 'amazon.nova-pro-v1:0', messages: turn })).toMatchObject(
      { messages: [{}, { content: [{ text: 'b' }] }, {}] },
    );
  });

  it('without a signature stays out, and the model does not reason until the turn is over', () => {
    const turn = [
      user('a'),
      { role: 'assistant', reasoning_content: 'Hm', tool_calls: [toolCall('x')] },
      result('x', '1'),
    ];
    const wish = { tools: [read], reasoning_effort: 'high' };
    expect(chat(turn, wish)).not.toHaveProperty('additionalModelRequestFields');
    expect(chat([...turn, { role: 'assistant', content: 'b' }, user('c')], wish)).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      outputConfig: { effort: 'high' },
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      CLAUDE,
      { reasoning_effort: 'minimal' },
      {
        outputConfig: { effort: 'low' },
        additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      },
    ],
    [
      CLAUDE,
      { thinking: { type: 'enabled', budget_tokens: 20_000 } },
      { outputConfig: { effort: 'high' } },
    ],
    [
      'us.anthropic.claude-opus-4-6-v1',
      { thinking: { type: 'enabled', budget_tokens: 2_000 } },
      { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_000 } } },
    ],
    [
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      { reasoning_effort: 'medium' },
      { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 8_192 } } },
    ],
    [
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      { reasoning_effort: 'medium', max_tokens: 3_000 },
      { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_999 } } },
    ],
    [
      'openai.gpt-oss-120b-1:0',
      { reasoning_effort: 'xhigh' },
      { additionalModelRequestFields: { reasoning_effort: 'high' } },
    ],
    [
      'openai.gpt-5.6-sol',
      { reasoning_effort: 'xhigh' },
      { additionalModelRequestFields: { reasoning: { effort: 'xhigh' } } },
    ],
    [
      'amazon.nova-2-lite-v1:0',
      { reasoning_effort: 'high' },
      {
        additionalModelRequestFields: {
          reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
        },
      },
    ],
    [
      'deepseek.v3-v1:0',
      { reasoning_effort: 'low' },
      { additionalModelRequestFields: { reasoning_effort: 'low' } },
    ],
  ])('of %s is asked for in its own words: %j', (model, wish, expected) => {
    expect(chat(HELLO, { model, ...wish })).toMatchObject(expected);
  });

  it.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', { reasoning_effort: 'high' }],
    ['amazon.nova-pro-v1:0', { reasoning_effort: 'high' }],
    [CLAUDE, { reasoning_effort: 'none' }],
    [CLAUDE, { reasoning_effort: 'high', tools: [read], tool_choice: 'required' }],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', { reasoning_effort: 'high', max_tokens: 1_024 }],
  ])('of %s is not asked for with %j', (model, wish) => {
    expect(chat(HELLO, { model, ...wish })).not.toHaveProperty('additionalModelRequestFields');
  });

  it('shrinks with the output that a budget pays for', () => {
    const body = chat(HELLO, {
      model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      reasoning_effort: 'medium',
    });
    expect(withOutputLimit('converse', body, 5_000)).toMatchObject({
      inferenceConfig: { maxTokens: 5_000 },
      additionalModelRequestFields: { thinking: { budget_tokens: 4_999 } },
    });
    expect(withOutputLimit('converse', body, 500)).not.toHaveProperty(
      'additionalModelRequestFields',
    );
    expect(withOutputLimit('converse', body, 20_000)).toMatchObject({
      additionalModelRequestFields: { thinking: { budget_tokens: 8_192 } },
    });
  });
});
