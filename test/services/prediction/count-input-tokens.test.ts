import { describe, expect, test } from 'vitest';
import type { AiRequest } from '../../../contracts/ai-request.ts';
import { inputCounter } from '../../../services/prediction/count-input-tokens.ts';

const count = (request: Partial<AiRequest>, model = 'gpt-4o') =>
  inputCounter({ system: 'relaycore', userId: 'ada', ...request })(model);

describe('inputCounter', () => {
  test('takes a stated count as it is', () => {
    expect(count({ inputTokens: 905, prompt: 'ignored' })).toEqual({
      tokens: 905,
      upperTokens: 905,
      prefixTokens: 0,
    });
  });

  test('estimates English near its true count, with a margin above', () => {
    // Fourteen words and two marks.
    const { tokens, upperTokens } = count({
      prompt:
        'The officer who holds the purse predicts what every request will cost, then decides.',
    });
    expect(tokens).toBeGreaterThan(14);
    expect(tokens).toBeLessThan(26);
    expect(upperTokens).toBeGreaterThan(tokens);
  });

  test('counts every part of every message', () => {
    const once = count({ messages: [{ role: 'user', content: 'Hold the money, please.' }] });
    const twice = count({
      messages: [
        { role: 'system', content: 'Hold the money, please.' },
        { role: 'user', content: [{ type: 'text', text: 'Hold the money, please.' }] },
      ],
    });
    expect(twice.tokens).toBe(2 * once.tokens);
  });

  test('counts as the family of each model does', () => {
    const prompt =
      '司库掌管钱袋：每次请求之前，她先估算费用，把这笔钱单独留出，事后再按实际花费结清。';
    const newest = count({ prompt }, 'gpt-4o');
    const older = count({ prompt }, 'gpt-4');
    const unknown = count({ prompt }, 'somebody.else');
    expect(older.tokens).toBeGreaterThan(newest.tokens * 1.2);
    expect(unknown.upperTokens).toBeGreaterThan(older.upperTokens);
  });

  test('estimates long texts as it does short ones', () => {
    const sentence = 'It acts when spending goes wrong, and explains every dollar afterwards. ';
    const short = count({ prompt: sentence.repeat(800) });
    const long = count({ prompt: sentence.repeat(8_000) });
    expect(long.tokens / short.tokens).toBeGreaterThan(9.8);
    expect(long.tokens / short.tokens).toBeLessThan(10.2);
  });
});
