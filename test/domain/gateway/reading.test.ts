import { describe, expect, test } from 'vitest';
import { readingOf } from '../../../domain/gateway/reading.ts';

const mark = { cachePoint: { type: 'default' } };
const tools = (marked: boolean) => ({
  tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }, ...(marked ? [mark] : [])],
});
const user = (text: string, ...more: object[]) => ({ role: 'user', content: [{ text }, ...more] });

describe('marks for the cache', () => {
  test('are read with their place in the prompt: tools, then instructions, then messages', () => {
    const body = { system: [{ text: 's'.repeat(100) }, mark], messages: [user('u'.repeat(300))] };
    expect(readingOf('converse', body)).toMatchObject({ cacheLife: '5m', cacheShare: 0.25 });
    const all = { ...body, messages: [user('u'.repeat(300), mark)] };
    expect(readingOf('converse', all).cacheShare).toBe(1);
  });

  test('are read in tools, too', () => {
    const body = { system: [{ text: 's'.repeat(100) }], messages: [user('u')] };
    const { cacheLife, cacheShare = 1 } = readingOf('converse', {
      ...body,
      toolConfig: tools(true),
    });
    expect(cacheLife).toBe('5m');
    expect(cacheShare).toBeGreaterThan(0);
    expect(cacheShare).toBeLessThan(0.6);
    expect(readingOf('converse', { ...body, toolConfig: tools(false) })).not.toHaveProperty(
      'cacheLife',
    );
  });

  test('of a whole request hold for all of it', () => {
    const body = {
      cache_control: { type: 'ephemeral', ttl: '1h' },
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hello' }],
    };
    expect(readingOf('messages', body)).toMatchObject({ cacheLife: '1h', cacheShare: 1 });
    expect(readingOf('messages', { messages: body.messages })).not.toHaveProperty('cacheShare');
  });
});
