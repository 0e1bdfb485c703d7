import { describe, expect, it } from 'vitest';
import { markedBody } from '../../../domain/prompt-caching/mark-body.ts';
import type { CacheMark } from '../../../domain/prompt-caching/prefix-history.ts';

const stable: CacheMark = { at: 'stable', life: '5m' };
const first: CacheMark = { at: 0, life: '1h' };
const short = { cache_control: { type: 'ephemeral' } };
const long = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const said = (text: string) => ({ type: 'text', text });

describe('a mark', () => {
  it('ends the instructions and a turn of Messages', () => {
    const body = { system: 'Be brief.', messages: [{ role: 'user', content: 'Hello' }] };
    expect(markedBody('messages', body, [stable, first], 0)).toEqual({
      system: [{ ...said('Be brief.'), ...short }],
      messages: [{ role: 'user', content: [{ ...said('Hello'), ...long }] }],
    });
  });

  it('ends the tools where there are no instructions', () => {
    const body = { tools: [{ name: 'a' }, { name: 'b' }], messages: [] };
    expect(markedBody('messages', body, [stable], 0)).toEqual({
      ...body,
      tools: [{ name: 'a' }, { name: 'b', ...short }],
    });
  });

  it('is a block of its own in Converse', () => {
    const body = {
      system: [{ text: 'Be brief.' }],
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
    };
    expect(markedBody('converse', body, [stable, first], 0)).toEqual({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      messages: [
        {
          role: 'user',
          content: [{ text: 'Hello' }, { cachePoint: { type: 'default', ttl: '1h' } }],
        },
      ],
    });
    const tools = { toolConfig: { tools: [{ toolSpec: { name: 'a' } }] }, messages: [] };
    expect(markedBody('converse', tools, [stable], 0)).toMatchObject({
      toolConfig: { tools: [{ toolSpec: { name: 'a' } }, { cachePoint: { type: 'default' } }] },
    });
  });

  it('ends the system messages of a chat', () => {
    const body = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    };
    expect(markedBody('chat', body, [stable, first], 1)).toEqual({
      messages: [
        { role: 'system', content: [{ ...said('Be brief.'), ...short }] },
        { role: 'user', content: [{ ...said('Hello'), ...long }] },
      ],
    });
  });

  it.each([
    ['an empty text', ''],
    ['nothing', undefined],
    ['thoughts', [{ type: 'thinking', thinking: 'Hm', signature: 's' }]],
    ['a document', [{ document: { format: 'txt', name: 'a' } }]],
    ['an empty part', [{ type: 'text', text: ' ' }]],
    ['no list', { odd: true }],
  ])('is left out after %s', (_name, content) => {
    const body = { messages: [{ role: 'user', content }] };
    expect(markedBody('messages', body, [first], 0)).toEqual(body);
    expect(markedBody('converse', body, [first], 0)).toEqual(body);
  });

  it.each([[{}], [{ messages: 'odd' }], [{ messages: [null] }], [{ tools: [null] }]])(
    'is left out of %j',
    (body) => {
      expect(markedBody('messages', body, [stable, first], 0)).toEqual(body);
      expect(markedBody('converse', body, [stable, first], 0)).toEqual(body);
    },
  );
});
