import { describe, expect, it } from 'vitest';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';
import { converseFaults } from '../../../support/converse-rules.ts';

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

describe('what breaks requests of Converse', () => {
  const pitfalls: [string, () => JsonObject, JsonObject][] = [
    [
      'merges consecutive messages of one role',
      () => chat([user('a'), user('b'), { role: 'assistant', content: 'c' }, user('d')]),
      {
        messages: [
          { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
          { role: 'assistant', content: [{ text: 'c' }] },
          { role: 'user', content: [{ text: 'd' }] },
        ],
      },
    ],
    [
      'lets the user begin',
      () => chat([{ role: 'assistant', content: 'How can I help?' }, user('a')]),
      {
        messages: [
          { role: 'user', content: [{ text: '(The conversation starts here.)' }] },
          { role: 'assistant', content: [{ text: 'How can I help?' }] },
          { role: 'user', content: [{ text: 'a' }] },
        ],
      },
    ],
    [
      'puts all results of a turn into the next message, in order and before text',
      () =>
        chat(
          [
            user('a'),
            { role: 'assistant', content: null, tool_calls: [toolCall('x'), toolCall('y')] },
            result('y', '2'),
            user('Hurry.'),
            result('x', '1'),
          ],
          { tools: [read] },
        ),
      {
        messages: [
          { role: 'user', content: [{ text: 'a' }] },
          {
            role: 'assistant',
            content: [
              { toolUse: { toolUseId: 'x', name: 'read', input: {} } },
              { toolUse: { toolUseId: 'y', name: 'read', input: {} } },
            ],
          },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 'x', content: [{ text: '1' }] } },
              { toolResult: { toolUseId: 'y', content: [{ text: '2' }] } },
              { text: 'Hurry.' },
            ],
          },
        ],
      },
    ],
    [
      'leaves out blank texts and turns without content',
      () =>
        chat([
          user('a'),
          { role: 'assistant', content: ' \n' },
          user([
            { type: 'text', text: '' },
            { type: 'text', text: 'b' },
          ]),
        ]),
      { messages: [{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }] },
    ],
    [
      'leaves out a turn of reasoning alone',
      () =>
        translated('messages', {
          messages: [
            user('a'),
            { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature: 's' }] },
            user('b'),
          ],
        }),
      { messages: [{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }] },
    ],
    [
      'gives a failed call without output some content',
      () =>
        translated('messages', {
          messages: [
            user('a'),
            {
              role: 'assistant',
              content: [{ type: 'tool_use', id: 'x', name: 'read', input: {} }],
            },
            user([{ type: 'tool_result', tool_use_id: 'x', content: '', is_error: true }]),
          ],
        }),
      {
        messages: [
          {},
          {},
          {
            content: [
              {
                toolResult: {
                  toolUseId: 'x',
                  content: [{ text: '(no output)' }],
                  status: 'error',
                },
              },
            ],
          },
        ],
      },
    ],
    [
      'describes the tools of a conversation that sends none any more',
      () => chat([user('a'), { role: 'assistant', tool_calls: [toolCall('x')] }, result('x', '1')]),
      {
        toolConfig: {
          tools: [
            {
              toolSpec: { name: 'read', inputSchema: { json: { type: 'object', properties: {} } } },
            },
          ],
        },
        additionalModelRequestFields: { tool_choice: { type: 'none' } },
      },
    ],
    [
      'omits an empty description of a tool',
      () =>
        chat(HELLO, { tools: [{ type: 'function', function: { name: 'a', description: '' } }] }),
      {
        toolConfig: {
          tools: [
            { toolSpec: { name: 'a', inputSchema: { json: { type: 'object', properties: {} } } } },
          ],
        },
      },
    ],
    [
      'names untitled documents apart, and gives them a text',
      () =>
        translated('messages', {
          messages: [
            user([
              { type: 'document', source: { type: 'text', data: 'a' } },
              { type: 'document', source: { type: 'text', data: 'b' } },
            ]),
          ],
        }),
      {
        messages: [
          {
            content: [
              { document: { format: 'txt', name: 'document', source: { text: 'a' } } },
              { document: { format: 'txt', name: 'document (2)', source: { text: 'b' } } },
              { text: '(See the document.)' },
            ],
          },
        ],
      },
    ],
    [
      'lets a conversation go on in which the model left arguments unfinished',
      () =>
        chat(
          [
            user('a'),
            { role: 'assistant', tool_calls: [toolCall('x', '{"path": "a')] },
            result('x', 'What?'),
          ],
          { tools: [read] },
        ),
      {
        messages: [
          {},
          {
            content: [
              { toolUse: { toolUseId: 'x', name: 'read', input: { arguments: '{"path": "a' } } },
            ],
          },
          {},
        ],
      },
    ],
    [
      'trims the start of an answer that the model is to continue',
      () => chat([user('a'), { role: 'assistant', content: 'Well, ' }]),
      { messages: [{}, { content: [{ text: 'Well,' }] }] },
    ],
  ];

  it.each(pitfalls)('%s', (_, request, expected) => {
    expect(request()).toMatchObject(expected);
  });

  it.each([
    [
      'an empty name of a tool',
      { messages: HELLO, tools: [{ type: 'function', function: { name: '' } }] },
      'tools.0.function.name',
    ],
    [
      'a call without a result',
      { messages: [user('a'), { role: 'assistant', tool_calls: [toolCall('x')] }, user('b')] },
      'messages.1.tool_calls.0',
    ],
    [
      'a result without a call',
      { messages: [user('a'), result('x', '1')] },
      'messages.1.tool_call_id',
    ],
    ['a conversation of blanks', { messages: [user(' ')] }, 'messages'],
    [
      'a managed prompt, which limits no output',
      { model: 'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1', messages: HELLO },
      'model',
    ],
  ])('refuses %s by its field', (_, body: JsonObject, field) => {
    const translation = translationTo('chat').request({ model: CLAUDE, ...body });
    expect(translation).toMatchObject({ ok: false, fault: { field } });
  });
});
