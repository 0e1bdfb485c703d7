import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestText, type RequestFacts } from '../../../domain/caching/request-text.ts';
import type { JsonObject, ModelApi } from '../../../domain/gateway/wire-format.ts';

const SERVICES = [{ provider: 'bedrock', model: 'a', upstreamModel: 'us.a' }];
const textOf = (api: ModelApi, body: JsonObject, facts: Partial<RequestFacts> = {}): string =>
  requestText({ api, services: SERVICES, limits: {}, headers: {}, body, ...facts });
const sent = (json: string): string => textOf('chat', JSON.parse(json) as JsonObject);

const turn = (content: unknown) => ({ messages: [{ role: 'user', content }] });
const json = fc.jsonValue({ maxDepth: 3 });
const body = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), json, { maxKeys: 6 });

/** The same object, with the members of its outermost level in another order. */
const reordered = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).toReversed());

describe('requests with one text', () => {
  it.each<[why: string, api: ModelApi, one: JsonObject, other: JsonObject]>([
    ['the order of members', 'chat', { a: 1, ...turn('Hi') }, { ...turn('Hi'), a: 1 }],
    [
      'the order of a turn’s members',
      'chat',
      { messages: [{ role: 'user', content: 'Hi' }] },
      { messages: [{ content: 'Hi', role: 'user' }] },
    ],
    ['a stream', 'chat', turn('Hi'), { ...turn('Hi'), stream: true }],
    ['who asks', 'chat', turn('Hi'), { ...turn('Hi'), user: 'ada', metadata: { a: '1' } }],
    ['who asks', 'messages', turn('Hi'), { ...turn('Hi'), metadata: { user_id: 'x' } }],
    ['who asks', 'converse', turn('Hi'), { ...turn('Hi'), requestMetadata: { a: 'b' } }],
    ['the model’s name', 'chat', { ...turn('Hi'), model: 'a' }, { ...turn('Hi'), model: 'us.a' }],
    ['a member that is null', 'chat', turn('Hi'), { ...turn('Hi'), stop: null }],
    ['the form of a text', 'chat', turn('Hi'), turn([{ type: 'text', text: 'Hi' }])],
    ['the form of a text', 'converse', turn('Hi'), turn([{ text: 'Hi' }])],
    [
      'the form of instructions',
      'messages',
      { ...turn('Hi'), system: 'Be brief.' },
      { ...turn('Hi'), system: [{ type: 'text', text: 'Be brief.' }] },
    ],
    [
      'marks for the cache',
      'messages',
      turn([{ type: 'text', text: 'Hi' }]),
      turn([{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }]),
    ],
    [
      'marks for the cache',
      'converse',
      turn([{ text: 'Hi' }]),
      turn([{ text: 'Hi' }, { cachePoint: { type: 'default' } }]),
    ],
  ])('differ only in %s (%s)', (_, api, one, other) => {
    expect(textOf(api, other)).toBe(textOf(api, one));
  });

  it('may spell numbers, texts and repeated members differently, as providers read them', () => {
    const one = sent('{"temperature":0,"messages":[{"role":"user","content":"A é"}]}');
    expect(
      sent('{ "temperature": 0.0e0, "messages": [{"content":"\\u0041 \\u00e9","role":"user"}] }'),
    ).toBe(one);
    expect(sent('{"temperature":-0,"messages":[{"role":"user","content":"A é"}]}')).toBe(one);
    const twice = '{"temperature":1,"temperature":0,"messages":[{"role":"user","content":"A é"}]}';
    expect(sent(twice)).toBe(one);
  });

  it('have the order of their outermost members free, whatever else they hold', () => {
    fc.assert(
      fc.property(body, (members) => {
        expect(textOf('chat', reordered(members))).toBe(textOf('chat', members));
      }),
    );
  });
});

describe('requests with different texts', () => {
  it.each<[why: string, one: JsonObject, other: JsonObject]>([
    ['a word', turn('Hi'), turn('Hi.')],
    ['a blank', turn('Hi'), turn('Hi ')],
    ['the form of Unicode', turn('\u00e9'), turn('e\u0301')],
    ['half a character', turn('\ud83d'), turn('\ud83e')],
    [
      'two parts of a text',
      turn('ab'),
      turn([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ],
    ['where parts end', turn(['ab', 'c']), turn(['a', 'bc'])],
    ['a role', turn('Hi'), { messages: [{ role: 'system', content: 'Hi' }] }],
    ['a member that nobody knows', turn('Hi'), { ...turn('Hi'), new_member: 1 }],
    ['a number and a text', { ...turn('Hi'), a: 0 }, { ...turn('Hi'), a: '0' }],
    ['a seed', { ...turn('Hi'), seed: 1 }, { ...turn('Hi'), seed: 2 }],
    ['the order of turns', { messages: [{ a: 1 }, { a: 2 }] }, { messages: [{ a: 2 }, { a: 1 }] }],
    [
      'the order of a schema’s members',
      {
        ...turn('Hi'),
        response_format: { json_schema: { schema: { properties: { a: 1, b: 2 } } } },
      },
      {
        ...turn('Hi'),
        response_format: { json_schema: { schema: { properties: { b: 2, a: 1 } } } },
      },
    ],
    ['a text and what looks like it', turn([{ text: 'Hi', title: 'x' }]), turn('Hi')],
    ['a type of part', turn([{ type: 'thinking', text: 'Hi' }]), turn('Hi')],
    ['an object and its text, where no text is meant', { x: { text: 'Hi' } }, { x: 'Hi' }],
    ['what looks like our own form', turn({ of: [['a', 1]] }), turn({ a: 1 })],
    [
      'the usage in a stream',
      turn('Hi'),
      { ...turn('Hi'), stream_options: { include_usage: true } },
    ],
  ])('differ in %s', (_, one, other) => {
    expect(textOf('chat', other)).not.toBe(textOf('chat', one));
  });

  it('differ in what else decides the answer', () => {
    const plain = textOf('chat', turn('Hi'));
    const others = [
      textOf('messages', turn('Hi')),
      textOf('chat', turn('Hi'), { limits: { region: 'eu-west-1' } }),
      textOf('chat', turn('Hi'), { headers: { 'openai-beta': 'x' } }),
      textOf('chat', turn('Hi'), {
        services: [{ provider: 'own', model: 'a', upstreamModel: 'a' }],
      }),
    ];
    expect(new Set([plain, ...others]).size).toBe(5);
  });

  it('differ wherever one value in them differs', () => {
    fc.assert(
      fc.property(body, fc.string({ minLength: 1 }), json, json, (members, name, one, other) => {
        fc.pre(!['model', 'modelId', 'stream'].includes(name) && !(name in Object.prototype));
        const texts = [one, other].map((value) => textOf('invoke', { ...members, prompt: value }));
        // -0 is sent as 0, and a member that is null says nothing.
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        if (!isSame && !isNormalized(one) && !isNormalized(other))
          expect(texts[0]).not.toBe(texts[1]);
        if (isSame) expect(texts[0]).toBe(texts[1]);
      }),
    );
  });

  it('keep names that objects inherit apart', () => {
    expect(sent('{"__proto__":1}')).not.toBe(sent('{}'));
    expect(sent('{"a":{"__proto__":1}}')).not.toBe(sent('{"a":{}}'));
    expect(sent('{"constructor":1}')).not.toBe(sent('{"toString":1}'));
  });
});

/** Whether a value has what two spellings of the same may differ in. */
const isNormalized = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && JSON.stringify(value) !== '[]');
