import { describe, expect, it } from 'vitest';
import { requestOf } from '../../client/ai-request.ts';

const about = { model: 'any.model', payer: { system: 'relaycore', userId: 'ada' } };
const image = { image: { format: 'png', source: { bytes: 'A'.repeat(4_000_000) } } };

describe('the request that the client sends to Purser for a call', () => {
  it('is its text, its maximum for all answers, and that nothing else may serve it', () => {
    const body = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 50, n: 3 };
    expect(requestOf('chat', body, about)).toEqual({
      ...about.payer,
      model: 'any.model',
      downgrade: false,
      messages: [{ role: 'user', content: 'Hi' }],
      maxOutputTokens: 150,
    });
  });

  it('is a number of tokens if there is an image, which is never sent', () => {
    const body = { messages: [{ role: 'user', content: [{ text: 'What is it?' }, image] }] };
    const request = requestOf('converse', body, about);
    expect(request).not.toHaveProperty('messages');
    expect(request.inputTokens).toBeGreaterThan(1_600);
    expect(request.inputTokens).toBeLessThan(6_000);
  });

  it('is a number of tokens if the text is too long, or is tokens already', () => {
    const content = 'word '.repeat(200_000);
    const long = requestOf('chat', { messages: [{ role: 'user', content }] }, about);
    expect(long.inputTokens).toBeGreaterThan(200_000);
    const tokens = requestOf('embeddings', { input: [[11, 12, 13]] }, about);
    expect(tokens.inputTokens).toBeGreaterThanOrEqual(3);
  });

  it('names other models only if they may serve it', () => {
    const payer = { ...about.payer, candidates: ['any.other'] };
    const body = { messages: [{ role: 'user', content: 'Hi' }] };
    expect(requestOf('chat', body, { ...about, payer })).toMatchObject({
      downgrade: true,
      candidates: ['any.other'],
    });
  });
});
