import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';
import { factsOf } from '../../../../local/bedrock/model-facts.ts';
import { readConverse } from '../../../../local/bedrock/requests/converse.ts';
import { converseFaults } from '../../../support/converse-rules.ts';

/** Conversations that OpenAI and Anthropic accept, with everything that Converse is strict about. */
const text = fc.oneof(
  fc.constantFrom('', ' ', '\n', 'Hello ', 'What is on this picture?', '{"a": 1}'),
  fc.string({ maxLength: 20 }),
);
const cacheControl = fc.option(
  fc
    .record({ type: fc.constant('ephemeral') }, { requiredKeys: ['type'] })
    .chain((control) =>
      fc.constantFrom<JsonObject>(control, { ...control, ttl: '5m' }, { ...control, ttl: '1h' }),
    ),
  { nil: undefined, freq: 3 },
);
const cached = (part: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(part, cacheControl)
    .map(([value, control]) => (control ? { ...value, cache_control: control } : value));
const base64 = fc.constantFrom('aGVsbG8=', 'AAAA', 'iVBORw0KGgo=');
/** Models repeat ids from turn to turn, and some clients write longer ones than Converse takes. */
const callId = fc.constantFrom('call_0', 'call_1', 'functions.read:0', `call_${'x'.repeat(80)}`);
const toolName = fc.constantFrom('read', 'write_file', 'mcp__server__tool');
const callArguments = fc.constantFrom('{}', '', '{"path":"a"}', '[1]', '{"cut": "of', 'null');
const distinctIds = fc.uniqueArray(callId, { maxLength: 3 });
const options = { numRuns: 400 };

const SAMPLE = { model: 'anthropic.claude-sonnet-5', max_tokens: 100 };

/** What our rules and those of the stand-in, which were written apart, say against a request. */
function faultsOf(body: JsonObject, model: string): string[] {
  const facts = factsOf(model);
  if (!facts) throw new Error(`the stand-in does not know ${model}`);
  try {
    readConverse(body, facts);
  } catch (error) {
    return [...converseFaults(body), `stand-in: ${String(error)}`];
  }
  return converseFaults(body);
}

describe('a chat history', () => {
  const plain = cached(text.map((value): JsonObject => ({ type: 'text', text: value })));
  const image = cached(
    base64.map((data): JsonObject => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${data}` },
    })),
  );
  const file = cached(
    fc
      .tuple(base64, fc.constantFrom('a.pdf', 'notes.txt', 'Ä/ö?.csv', 'a.pdf'))
      .map(([data, filename]): JsonObject => ({
        type: 'file',
        file: { filename, file_data: `data:;base64,${data}` },
      })),
  );
  const content = fc.oneof(text, fc.array(fc.oneof(plain, image, file), { maxLength: 3 }));
  const instruction = fc
    .tuple(
      fc.constantFrom('system', 'developer'),
      fc.oneof(text, fc.array(plain, { maxLength: 2 })),
    )
    .map(([role, words]): JsonObject => ({ role, content: words }));
  const user = content.map((words): JsonObject => ({ role: 'user', content: words }));
  const thinking = fc.constantFrom<JsonObject>(
    {},
    { thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' }] },
    { thinking_blocks: [{ type: 'thinking', thinking: 'Hm.' }] },
    { reasoning_content: 'Hm.' },
  );
  const exchange = fc
    .tuple(
      fc.option(text, { nil: null }),
      thinking,
      distinctIds,
      fc.array(fc.tuple(toolName, callArguments, content), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
    )
    .map(([words, thoughts, ids, details, isReversed]): JsonObject[] => {
      const calls = ids.map((id, at) => ({
        id,
        type: 'function',
        function: { name: details[at]?.[0], arguments: details[at]?.[1] },
      }));
      const results = ids.map((id, at) => ({
        role: 'tool',
        tool_call_id: id,
        content: details[at]?.[2],
      }));
      const message = { role: 'assistant', content: words, ...thoughts };
      return [
        ids.length > 0 ? { ...message, tool_calls: calls } : message,
        ...(isReversed ? results.toReversed() : results),
      ];
    });
  const history = fc
    .array(
      fc.oneof(
        user.map((message) => [message]),
        instruction.map((message) => [message]),
        exchange,
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((steps) => steps.flat());
  const tools = fc.constantFrom<JsonObject>(
    {},
    { tools: [] },
    {
      tools: [
        { type: 'function', function: { name: 'read', description: '' } },
        { type: 'custom', custom: { name: 'patch' } },
      ],
    },
  );
  const choice = fc.constantFrom<JsonObject>(
    {},
    { tool_choice: 'none' },
    { parallel_tool_calls: false },
    { reasoning_effort: 'high' },
  );
  const model = fc.constantFrom(
    'anthropic.claude-sonnet-5',
    'amazon.nova-pro-v1:0',
    'openai.gpt-oss-120b',
  );

  it('becomes a request that obeys every rule of Converse', () => {
    fc.assert(
      fc.property(history, tools, choice, model, (messages, offered, wish, name) => {
        const request = { ...SAMPLE, model: name, messages, ...offered, ...wish };
        const translated = translationTo('chat').request(request);
        if (translated.ok) expect(faultsOf(translated.body, request.model)).toEqual([]);
        else expect(translated.fault.message).toMatch(/not blank/);
      }),
      options,
    );
  });

  it('keeps its prefix when it grows, so that what is cached stays cached', () => {
    fc.assert(
      fc.property(history, text, (messages, answer) => {
        const before = translationTo('chat').request({ ...SAMPLE, messages });
        const grown = [
          ...messages,
          { role: 'assistant', content: `Yes. ${answer}!` },
          { role: 'user', content: 'Go on.' },
        ];
        const after = translationTo('chat').request({ ...SAMPLE, messages: grown });
        if (!before.ok || !after.ok) return;
        const earlier = blocksOf(before.body);
        expect(blocksOf(after.body).slice(0, earlier.length)).toEqual(earlier);
      }),
      options,
    );
  });
});

/** All content without roles and cache points, which move with the end of a conversation. */
const blocksOf = (body: JsonObject): unknown[] =>
  (body['messages'] as { content: JsonObject[] }[])
    .flatMap(({ content }) => content.filter((block) => !('cachePoint' in block)))
    .map((block) => ('text' in block ? { text: String(block['text']).trimEnd() } : block));

describe('a history of Messages', () => {
  const plain = cached(text.map((value): JsonObject => ({ type: 'text', text: value })));
  const image = cached(
    base64.map((data): JsonObject => ({
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data },
    })),
  );
  const document = cached(
    fc.constantFrom<JsonObject>(
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'aGVsbG8=' },
      },
      {
        type: 'document',
        title: 'notes_1.txt',
        source: { type: 'text', media_type: 'text/plain', data: 'Note.' },
      },
    ),
  );
  const shown = fc.oneof(plain, image, document);
  const content = fc.oneof(text, fc.array(shown, { maxLength: 3 }));
  const exchange = fc
    .tuple(
      fc.array(
        fc.oneof(
          plain,
          fc.constantFrom<JsonObject>(
            { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
            { type: 'thinking', thinking: 'Hm.', signature: '' },
            { type: 'redacted_thinking', data: 'c2VjcmV0' },
          ),
        ),
        { maxLength: 2 },
      ),
      distinctIds,
      fc.array(fc.tuple(toolName, content, fc.boolean(), cacheControl), {
        minLength: 3,
        maxLength: 3,
      }),
      content,
    )
    .map(([said, ids, details, after]): JsonObject[] => {
      const calls = ids.map((id, at) => ({
        type: 'tool_use',
        id,
        name: details[at]?.[0],
        input: {},
      }));
      const results = ids.map((id, at) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: details[at]?.[1],
        is_error: details[at]?.[2],
        ...(details[at]?.[3] ? { cache_control: details[at]?.[3] } : {}),
      }));
      const words = typeof after === 'string' ? [{ type: 'text', text: after }] : after;
      return [
        { role: 'assistant', content: [...said, ...calls] },
        { role: 'user', content: [...results, ...words] },
      ];
    });
  const history = fc
    .array(
      fc.oneof(
        content.map((words): JsonObject[] => [{ role: 'user', content: words }]),
        exchange,
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((steps) => steps.flat());
  const system = fc.oneof(text, fc.array(plain, { maxLength: 3 }));

  it('becomes a request that obeys every rule of Converse', () => {
    fc.assert(
      fc.property(history, system, cacheControl, (messages, words, control) => {
        const request = {
          ...SAMPLE,
          messages,
          system: words,
          ...(control ? { cache_control: control } : {}),
        };
        const translated = translationTo('messages').request(request);
        if (translated.ok) expect(faultsOf(translated.body, request.model)).toEqual([]);
        else expect(translated.fault.message).toMatch(/not blank/);
      }),
      options,
    );
  });
});
