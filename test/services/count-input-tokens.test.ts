import { describe, expect, test } from 'vitest';
import type { AiRequest } from '../../contracts/ai-request.ts';
import { countInputTokens } from '../../services/count-input-tokens.ts';

const count = (request: Partial<AiRequest>) =>
  countInputTokens({ system: 'relaycore', userId: 'ada', ...request });

describe('countInputTokens', () => {
  test('takes a stated count as it is', () => {
    expect(count({ inputTokens: 905, prompt: 'ignored' })).toEqual({
      tokens: 905,
      upperTokens: 905,
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

  test('leaves a wider margin where marks and digits abound', () => {
    const prose = count({ prompt: 'word '.repeat(400) });
    const json = count({ prompt: '{"a":1,"b":[2,3]},'.repeat(100) });
    expect(json.upperTokens / json.tokens).toBeGreaterThan(prose.upperTokens / prose.tokens + 0.1);
  });

  test('estimates long texts from pieces, close to the whole', () => {
    const sentence = 'It acts when spending goes wrong, and explains every dollar afterwards. ';
    const short = count({ prompt: sentence.repeat(800) });
    const long = count({ prompt: sentence.repeat(8_000) });
    expect(long.tokens / short.tokens).toBeGreaterThan(9.8);
    expect(long.tokens / short.tokens).toBeLessThan(10.2);
  });
});
