import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import fc from 'fast-check';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { describe, expect, it } from 'vitest';
import { failureOfProvider } from '../../../../domain/gateway/failure.ts';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import type { JsonObject, StreamEvent } from '../../../../domain/gateway/wire-format.ts';
import { converseAnswer, converseStream, event } from '../../../support/converse-stream.ts';

const FACTS = {
  id: 'r1',
  model: 'm',
  createdAtMs: 1_700_000_000_500,
  request: {},
  includesUsage: true,
};
type Api = 'chat' | 'messages' | 'responses';

function streamed(api: Api, events: readonly StreamEvent[], facts = FACTS): StreamEvent[] {
  const stream = translationTo(api).stream(facts);
  return [...events.flatMap((each) => stream.next(each)), ...stream.end()];
}

const parsed = (events: readonly StreamEvent[]): JsonObject[] =>
  events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data) as JsonObject);

/** Lines of JSON, as the SDKs' own accumulators read them. */
const lines = (events: readonly StreamEvent[]): ReadableStream =>
  new Blob(parsed(events).map((each) => `${JSON.stringify(each)}\n`)).stream();

const word = fc.string({ minLength: 1, maxLength: 12 });
const inputs = fc.oneof(
  fc.constant<JsonObject>({}),
  fc.record({ path: word, count: fc.nat() }).map((value): JsonObject => value),
);
const reasoning = fc.oneof(
  fc
    .tuple(word, word)
    .map(([text, signature]) => ({ reasoningContent: { reasoningText: { text, signature } } })),
  fc.constant({ reasoningContent: { redactedContent: 'c2VjcmV0' } }),
);
const answers = fc
  .tuple(
    fc.array(reasoning, { maxLength: 2 }),
    fc.array(word, { maxLength: 2 }),
    fc.array(fc.tuple(word, inputs), { maxLength: 3 }),
    fc.constantFrom('end_turn', 'max_tokens', 'content_filtered'),
    fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99)),
  )
  .filter(([, texts, calls]) => texts.length + calls.length > 0)
  .map(([thoughts, texts, calls, stopReason, [inputTokens, outputTokens, read, write]]) =>
    converseAnswer(
      [
        ...thoughts,
        ...texts.map((text) => ({ text })),
        ...calls.map(([name, value], at) => ({
          toolUse: { toolUseId: `call_${at}`, name, input: value },
        })),
      ],
      {
        stopReason: calls.length > 0 && stopReason === 'end_turn' ? 'tool_use' : stopReason,
        usage: {
          inputTokens,
          outputTokens,
          totalTokens: inputTokens + outputTokens + read + write,
          cacheReadInputTokens: read,
          cacheWriteInputTokens: write,
        },
      },
    ),
  );
const size = fc.integer({ min: 1, max: 9 });

describe('a stream says the same as the answer', () => {
  it('in Chat Completions, put together by the SDK of OpenAI', async () => {
    await fc.assert(
      fc.asyncProperty(answers, size, async (answer, pieceSize) => {
        const events = streamed('chat', converseStream(answer, pieceSize));
        const whole = translationTo('chat').answer(answer, FACTS);
        const completion = await ChatCompletionStream.fromReadableStream(
          lines(events),
        ).finalChatCompletion();
        const message = completion.choices[0]?.message;
        const [expected] = whole['choices'] as { message: JsonObject; finish_reason: string }[];
        expect(message?.content ?? '').toBe(expected?.message['content'] ?? '');
        expect(callsOf(message?.tool_calls)).toEqual(callsOf(expected?.message['tool_calls']));
        expect((message as unknown as JsonObject)['thinking_blocks']).toEqual(
          expected?.message['thinking_blocks'],
        );
        expect(completion.choices[0]?.finish_reason).toBe(expected?.finish_reason);
        expect(completion.usage).toEqual(whole['usage']);
      }),
    );
  });

  it('in Messages, put together by the SDK of Anthropic', async () => {
    await fc.assert(
      fc.asyncProperty(answers, size, async (answer, pieceSize) => {
        const events = streamed('messages', converseStream(answer, pieceSize));
        const message = await MessageStream.fromReadableStream(lines(events)).finalMessage();
        const whole = translationTo('messages').answer(answer, FACTS);
        const { usage, ...rest } = JSON.parse(JSON.stringify(message)) as JsonObject;
        const { usage: expectedUsage, ...expected } = whole;
        expect(rest).toMatchObject(expected);
        const { cache_creation: _, service_tier: __, ...counts } = expectedUsage as JsonObject;
        expect(usage).toMatchObject(counts);
      }),
    );
  });

  it('in Responses, whose last event holds it whole and whose pieces add up', () => {
    fc.assert(
      fc.property(answers, size, (answer, pieceSize) => {
        const events = parsed(streamed('responses', converseStream(answer, pieceSize)));
        const last = events.at(-1)?.['response'] as JsonObject;
        const whole = translationTo('responses').answer(answer, FACTS);
        expect(withParsedArguments(last)).toEqual(withParsedArguments(whole));
        expect(events.map(({ sequence_number: number }) => number)).toEqual(
          events.map((_, at) => at),
        );
        expect(openAndDone(events)).toEqual([]);
        const items = events.filter(({ type }) => type === 'response.output_item.done');
        expect(items.map(({ item }) => item)).toEqual(last['output']);
      }),
    );
  });
});

/** Calls with their arguments as values, because they may be spaced differently. */
const callsOf = (calls: unknown) =>
  ((calls ?? []) as { id: string; function: { name: string; arguments: string } }[]).map(
    ({ id, function: { name, arguments: input } }) => ({
      id,
      name,
      input: JSON.parse(input) as unknown,
    }),
  );

/** Texts of deltas that differ from what their event `done` says. */
function openAndDone(events: readonly JsonObject[]): string[] {
  const texts = new Map<unknown, string>();
  return events.flatMap(({ type, item_id: id, delta, text, arguments: input }) => {
    if (
      /^response\.(?:output_text|reasoning_text|function_call_arguments)\.delta$/.test(String(type))
    ) {
      texts.set(id, (texts.get(id) ?? '') + String(delta));
    }
    if (/^response\.(?:output_text|reasoning_text)\.done$/.test(String(type))) {
      return texts.get(id) === text ? [] : [`${String(id)}: ${String(text)}`];
    }
    if (type !== 'response.function_call_arguments.done') return [];
    return (texts.get(id) ?? '{}') === input ? [] : [`${String(id)}: ${String(input)}`];
  });
}

const withParsedArguments = (response: JsonObject): JsonObject => ({
  ...response,
  output: (response['output'] as JsonObject[]).map((item) =>
    typeof item['arguments'] === 'string'
      ? { ...item, arguments: JSON.parse(item['arguments']) as unknown }
      : item,
  ),
});

describe('chunks of Chat Completions', () => {
  const answer = converseAnswer([{ text: 'Hi' }], { stopReason: 'max_tokens' });
  const events = (facts = FACTS) => streamed('chat', converseStream(answer), facts);

  it('give usage once, last, without choices, and only if asked; others say null', () => {
    const chunks = parsed(events());
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual(chunks.slice(1).map(() => null));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 15 } });
    const silent = parsed(events({ ...FACTS, includesUsage: false }));
    expect(silent.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(silent.every(({ choices }) => (choices as unknown[]).length === 1)).toBe(true);
  });

  it('end with the reason, the usage and [DONE], which is how a budget cuts', () => {
    expect(events().at(-1)).toEqual({ data: '[DONE]' });
    expect(parsed(events()).at(-2)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });

  it('count calls from 0 after reasoning and text, each begun with id and name', () => {
    const deltas = parsed(
      streamed(
        'chat',
        converseStream(
          converseAnswer([
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 's' } } },
            { text: 'Let me see.' },
            { toolUse: { toolUseId: 'a', name: 'read', input: { path: 'x' } } },
            { toolUse: { toolUseId: 'b', name: 'list', input: {} } },
          ]),
        ),
      ),
    ).flatMap(({ choices }) =>
      (choices as { delta: { tool_calls?: JsonObject[] } }[]).flatMap(
        ({ delta }) => delta.tool_calls ?? [],
      ),
    );
    expect(deltas[0]).toEqual({
      index: 0,
      id: 'a',
      type: 'function',
      function: { name: 'read', arguments: '' },
    });
    expect(deltas.filter(({ index }) => index === 1)).toEqual([
      { index: 1, id: 'b', type: 'function', function: { name: 'list', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
  });

  it('give reasoning in reasoning_content and never in the text', () => {
    const chunks = parsed(
      streamed(
        'chat',
        converseStream(
          converseAnswer([
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 's' } } },
            { text: 'Yes' },
          ]),
        ),
      ),
    );
    const deltas = chunks.flatMap(({ choices }) =>
      (choices as { delta: JsonObject }[]).map(({ delta }) => delta),
    );
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { reasoning_content: 'Hm' },
      { content: 'Yes' },
      { thinking_blocks: [{ type: 'thinking', thinking: 'Hm', signature: 's' }] },
    ]);
  });

  it('give the input of a custom tool as text', () => {
    const request = { tools: [{ type: 'custom', custom: { name: 'patch' } }] };
    const calls = parsed(
      streamed(
        'chat',
        converseStream(
          converseAnswer([
            { toolUse: { toolUseId: 'a', name: 'patch', input: { input: 'x\ny' } } },
          ]),
        ),
        { ...FACTS, request },
      ),
    ).flatMap(({ choices }) =>
      (choices as { delta: { tool_calls?: JsonObject[] } }[]).flatMap(
        ({ delta }) => delta.tool_calls ?? [],
      ),
    );
    expect(calls).toEqual([
      { index: 0, id: 'a', type: 'custom', custom: { name: 'patch', input: '' } },
      { index: 0, custom: { input: 'x\ny' } },
    ]);
  });
});

describe('a stream that breaks', () => {
  const begun = [
    event('messageStart', { role: 'assistant' }),
    event('contentBlockDelta', { delta: { text: 'Hi' }, contentBlockIndex: 0 }),
  ];
  const exception = event('throttlingException', { message: 'Too fast.' });

  it.each([
    [
      'chat',
      {
        error: {
          message: 'Too fast.',
          type: 'rate_limit_error',
          param: null,
          code: 'provider_rate',
        },
      },
    ],
    ['messages', { type: 'error', error: { type: 'rate_limit_error', message: 'Too fast.' } }],
    [
      'responses',
      {
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'rate_limit_exceeded', message: 'Too fast.' },
        },
      },
    ],
  ] as const)('tells a client of %s once, and nothing after it', (api, expected) => {
    const events = streamed(api, [...begun, exception, ...begun]);
    expect(parsed(events).at(-1)).toMatchObject(expected);
    expect(events.filter(({ data }) => data.includes('Too fast.'))).toHaveLength(1);
  });

  it.each([
    ['chat', /"error":\{"message":"Gone\."/],
    ['messages', /"type":"error"/],
    ['responses', /"type":"response\.failed","sequence_number":5/],
  ] as const)('because its connection does is told to a client of %s once', (api, expected) => {
    const failure = failureOfProvider({ status: 503, message: 'Gone.' });
    const stream = translationTo(api).stream(FACTS);
    for (const each of begun) stream.next(each);
    const [told, ...rest] = [...stream.fail(failure), ...stream.fail(failure), ...stream.end()];
    expect(told?.data).toMatch(expected);
    expect(rest).toEqual([]);
  });

  it.each(['chat', 'messages', 'responses'] as const)('without an end is an error in %s', (api) => {
    const [last] = parsed(streamed(api, begun)).slice(-1);
    expect(JSON.stringify(last)).toContain('ended before its answer did');
    expect(streamed(api, begun).some(({ data }) => data === '[DONE]')).toBe(false);
  });
});
