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

describe('cache points', () => {
  it.each<[string, () => JsonObject, JsonObject]>([
    [
      'never sends a message of a cache point alone, nor one at a start',
      () =>
        chat([
          user('a'),
          { role: 'assistant', content: 'b' },
          user([
            { type: 'text', text: '', cache_control: { type: 'ephemeral' } },
            { type: 'text', text: 'c' },
          ]),
        ]),
      {
        messages: [
          {},
          { content: [{ text: 'b' }, { cachePoint: { type: 'default' } }] },
          { content: [{ text: 'c' }] },
        ],
      },
    ],
    [
      'moves a cache point behind the text that follows a document other than PDF',
      () =>
        chat([
          user([
            {
              type: 'file',
              file: { filename: 'a.txt', file_data: 'data:text/plain;base64,YQ==' },
              cache_control: { type: 'ephemeral' },
            },
            { type: 'text', text: 'b' },
          ]),
        ]),
      {
        messages: [
          {
            content: [
              { document: { format: 'txt', name: 'a', source: { bytes: 'YQ==' } } },
              { text: 'b' },
              { cachePoint: { type: 'default' } },
            ],
          },
        ],
      },
    ],
    [
      'takes a cache point out of a result and keeps its life',
      () =>
        translated('messages', {
          messages: [
            user('a'),
            {
              role: 'assistant',
              content: [{ type: 'tool_use', id: 'x', name: 'read', input: {} }],
            },
            user([
              {
                type: 'tool_result',
                tool_use_id: 'x',
                content: [
                  { type: 'text', text: '1', cache_control: { type: 'ephemeral', ttl: '1h' } },
                ],
              },
            ]),
          ],
        }),
      {
        messages: [
          {},
          {},
          {
            content: [
              { toolResult: { toolUseId: 'x', content: [{ text: '1' }] } },
              { cachePoint: { type: 'default', ttl: '1h' } },
            ],
          },
        ],
      },
    ],
    [
      'lets no hour follow five minutes',
      () =>
        translated('messages', {
          system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
          messages: [
            user([{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }]),
          ],
        }),
      {
        system: [{ text: 's' }, { cachePoint: { type: 'default' } }],
        messages: [{ content: [{ text: 'a' }, { cachePoint: { type: 'default', ttl: '5m' } }] }],
      },
    ],
  ])('%s', (_, request, expected) => {
    expect(request()).toMatchObject(expected);
  });
});
