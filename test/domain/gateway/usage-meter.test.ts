import { describe, expect, it } from 'vitest';
import { usageOf } from '../../../domain/gateway/call-usage.ts';
import { createUsageMeter } from '../../../domain/gateway/usage-meter.ts';
import type { ModelApi } from '../../../domain/gateway/wire-format.ts';

const TEXT = 'twelve chars';
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');

/** An event of each API that says the text, in much that is no text. */
const EVENTS: [ModelApi, event: string | undefined, payload: object][] = [
  ['converse', 'contentBlockDelta', { contentBlockIndex: 0, delta: { text: TEXT }, p: 'abcdefgh' }],
  ['chat', undefined, { id: 'chatcmpl-1', model: 'gpt', choices: [{ delta: { content: TEXT } }] }],
  [
    'chat',
    undefined,
    { choices: [{ delta: { tool_calls: [{ id: 'c1', function: { arguments: TEXT } }] } }] },
  ],
  [
    'responses',
    'response.output_text.delta',
    { type: 'response.output_text.delta', item_id: 'msg_1', delta: TEXT },
  ],
  [
    'messages',
    'content_block_delta',
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } },
  ],
  [
    'invoke',
    'chunk',
    { bytes: base64({ type: 'content_block_delta', delta: { text: TEXT } }), p: 'abcd' },
  ],
  ['invoke', 'chunk', { bytes: base64({ generation: TEXT, stop_reason: null }) }],
  ['invoke', 'chunk', { bytes: base64({ contentBlockDelta: { delta: { text: TEXT } } }) }],
];

describe('a stream that breaks off', () => {
  it.each(EVENTS)(
    'counts what %s said by %s, and not what surrounds it: %j',
    (api, event, payload) => {
      const meter = createUsageMeter(api);
      for (let count = 0; count < 3; count += 1)
        meter.see({ event, data: JSON.stringify(payload) });
      expect(meter.read().outputCharacters).toBe(3 * TEXT.length);
    },
  );

  const expected = { inputTokens: 70, expectedOutputTokens: 90 };

  it('used what arrived, a token for three characters', () => {
    expect(usageOf({ outputCharacters: 10 }, expected)).toEqual({
      counts: { inputTokens: 70, outputTokens: 4 },
    });
    const early = { input_tokens: 12 };
    expect(usageOf({ outputCharacters: 10, early }, expected)).toEqual({
      counts: { inputTokens: 12, outputTokens: 4 },
    });
  });

  it('used what was expected if nothing arrived', () => {
    expect(usageOf({ outputCharacters: 0 }, expected)).toEqual({
      counts: { inputTokens: 70, outputTokens: 90 },
    });
  });
});
