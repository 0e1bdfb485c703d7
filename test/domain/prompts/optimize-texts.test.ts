import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheOfferOf } from '../../../domain/catalog/cache-offer.ts';
import { placesOf } from '../../../domain/gateway/reading.ts';
import type { JsonObject, ModelApi } from '../../../domain/gateway/wire-format.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { type OptimizedTexts, optimizeTexts } from '../../../domain/prompts/optimize-texts.ts';
import { textsOf, withTexts } from '../../../domain/prompts/prompt-texts.ts';
import { prompts } from './generated-prompts.ts';

const CLAUDE = 'anthropic.claude-sonnet-4-6';
const GPT = 'gpt-5.1';

function termsOf(model: string) {
  const resolution = resolveRate({ model, atMs: Date.parse('2026-11-21') });
  if (!resolution.ok) throw new Error(resolution.reason);
  const { rate } = resolution;
  return { model, rate, offer: cacheOfferOf(model, rate) };
}

type Optimized = { body: JsonObject; result: OptimizedTexts };
function optimized(api: ModelApi, body: JsonObject, model = CLAUDE): Optimized {
  const places = placesOf(api, body);
  const result = optimizeTexts(textsOf(body, places), termsOf(model));
  return { body: withTexts(body, places, result.texts), result };
}

const WORDY = 'Which rooms see the sea?     \n\n\n\n\nTell the guests.     \nThey wait.    ';
const SHORT = 'Which rooms see the sea?\n\nTell the guests.\nThey wait.';
const PAGE = 'The hotel keeps a list of its rooms with their views and beds. '.repeat(8).trim();
const mark = { cache_control: { type: 'ephemeral' } };

describe('in every wire format', () => {
  test.each<[ModelApi, JsonObject, JsonObject]>([
    [
      'chat',
      {
        messages: [
          { role: 'developer', content: WORDY },
          { role: 'user', content: [{ type: 'text', text: WORDY }] },
        ],
      },
      {
        messages: [
          { role: 'developer', content: SHORT },
          { role: 'user', content: [{ type: 'text', text: SHORT }] },
        ],
      },
    ],
    [
      'messages',
      { system: [{ type: 'text', text: WORDY }], messages: [{ role: 'user', content: WORDY }] },
      { system: [{ type: 'text', text: SHORT }], messages: [{ role: 'user', content: SHORT }] },
    ],
    [
      'converse',
      { system: [{ text: WORDY }], messages: [{ role: 'user', content: [{ text: WORDY }] }] },
      { system: [{ text: SHORT }], messages: [{ role: 'user', content: [{ text: SHORT }] }] },
    ],
    [
      'responses',
      {
        instructions: WORDY,
        input: [{ role: 'user', content: [{ type: 'input_text', text: WORDY }] }],
      },
      {
        instructions: SHORT,
        input: [{ role: 'user', content: [{ type: 'input_text', text: SHORT }] }],
      },
    ],
    ['responses', { input: WORDY }, { input: SHORT }],
  ])('instructions and what users say become shorter: %s', (api, body, shorter) => {
    expect(optimized(api, body).body).toEqual(shorter);
  });

  test.each<[ModelApi, JsonObject]>([
    [
      'chat',
      {
        tools: [{ function: { description: WORDY } }],
        messages: [
          {
            role: 'assistant',
            content: WORDY,
            tool_calls: [{ id: 'a', function: { arguments: WORDY } }],
          },
          { role: 'tool', tool_call_id: 'a', content: WORDY },
        ],
      },
    ],
    [
      'messages',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'a', content: WORDY },
              { type: 'document', title: WORDY, source: { type: 'text', data: WORDY } },
            ],
          },
        ],
      },
    ],
    [
      'converse',
      {
        toolConfig: { tools: [{ toolSpec: { description: WORDY } }] },
        messages: [
          {
            role: 'user',
            content: [{ toolResult: { toolUseId: 'a', content: [{ text: WORDY }] } }],
          },
          { role: 'assistant', content: [{ text: WORDY }] },
        ],
      },
    ],
    [
      'responses',
      {
        input: [
          { type: 'function_call_output', call_id: 'a', output: WORDY },
          { type: 'reasoning', content: [{ type: 'reasoning_text', text: WORDY }] },
        ],
      },
    ],
  ])('tools, their results and answers of models stay: %s', (api, body) => {
    expect(optimized(api, body).body).toBe(body);
  });
});

describe('what a provider may have cached', () => {
  test('stays up to the last mark', () => {
    const marked = { role: 'user', content: [{ type: 'text', text: WORDY, ...mark }] };
    const body = { system: WORDY, messages: [marked, { role: 'user', content: WORDY }] };
    const { body: after, result } = optimized('messages', body);
    expect(after).toEqual({ ...body, messages: [marked, { role: 'user', content: SHORT }] });
    expect(result.keptPrefixTokens).toBeGreaterThan(20);
  });

  test('stays where the provider caches instructions unasked, if they are long enough', () => {
    const turn = (system: string) => ({
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: WORDY },
      ],
    });
    const shorter = { role: 'user', content: SHORT };
    expect(optimized('chat', turn(WORDY), GPT).body['messages']).toEqual([
      { role: 'system', content: SHORT },
      shorter,
    ]);
    const kept =
      Array.from({ length: 9 }, (_, at) => `${PAGE} Floor ${at}.\n\n\n\n\n`).join('') + WORDY;
    expect(optimized('chat', turn(kept), GPT).body['messages']).toEqual([
      { role: 'system', content: kept },
      shorter,
    ]);
  });

  test('is rewritten where a shorter one costs less at once', () => {
    const copies = Array.from({ length: 60 }, () => PAGE).join('\n\n');
    const body = {
      system: [{ type: 'text', text: copies, ...mark }],
      messages: [{ role: 'user', content: 'Go.' }],
    };
    const { result } = optimized('messages', body);
    const { before, after } = { before: result.tokensBefore, after: result.tokensAfter };
    // Sonnet writes at 1.25 and reads at 0.1 of the price: 8 % must be left.
    expect(after / before).toBeLessThan(0.08);
    expect(result.keptPrefixTokens).toBe(0);
    const few = { ...body, system: [{ type: 'text', text: `${PAGE}\n\n${PAGE}`, ...mark }] };
    expect(optimized('messages', few).body).toBe(few);
  });

  test('is the same for requests that begin alike, whatever follows', () => {
    fc.assert(
      fc.property(fc.array(prompts, { minLength: 1, maxLength: 4 }), fc.nat(3), (texts, at) => {
        const messages = texts.map(({ text }) => ({ role: 'user', content: text }));
        const all = optimized('messages', { messages }).body['messages'] as unknown[];
        const first = messages.slice(0, at);
        const begun = optimized('messages', { messages: first }).body['messages'];
        expect(all.slice(0, at)).toEqual(begun);
      }),
      { numRuns: 100 },
    );
  });

  test('a document that an earlier message brought is pointed to', () => {
    const messages = [
      { role: 'user', content: `${PAGE}\n\nList it.` },
      { role: 'user', content: `${PAGE}\n\nCount it.` },
    ];
    const after = optimized('messages', { messages }).body['messages'];
    expect(after).toEqual([
      messages[0],
      {
        role: 'user',
        content: expect.stringMatching(/^\(Repeated from above: The hotel keeps .*\n\nCount it\.$/),
      },
    ]);
  });
});
