import { describe, expect, test } from 'vitest';
import { SONNET, adviceFor, daily, request, tokens } from '../../support/advice-requests.ts';

describe('prefix cache', () => {
  const long = (atMs: number) => request(atMs, { usage: tokens(5_000, 100), model: SONNET });

  test('is advised for as long as the distances in time pay for, beating never and always', () => {
    const [near] = adviceFor(daily(60, 4, long), 'cache');
    expect(near?.change).toMatchObject({ plan: '5m' });
    const [far] = adviceFor(daily(30, 30, long), 'cache');
    expect(far?.change).toMatchObject({ plan: '1h' });
    for (const { evidence } of [near, far].filter((item) => item !== undefined)) {
      const costs = [
        evidence.costNeverUsd,
        evidence.costAlwaysFiveMinutesUsd,
        evidence.costAlwaysOneHourUsd,
      ].map(Number);
      expect(Number(evidence['costThenUsd'])).toBe(Math.min(...costs));
      expect(costs.filter((cost) => cost === Math.min(...costs))).toHaveLength(1);
    }
  });

  test('is not advised where requests are too far apart or prompts too short', () => {
    expect(adviceFor(daily(15, 65, long), 'cache')).toEqual([]);
    for (const inputTokens of [600, 4_000]) {
      const short = (atMs: number) => request(atMs, { usage: tokens(inputTokens, 100) });
      expect(adviceFor(daily(60, 4, short), 'cache')).toEqual([]);
    }
  });

  test('follows sessions, in which a prompt begins with the one before it', () => {
    const turns = daily(60, 2, (atMs, day, index) =>
      request(atMs, {
        model: SONNET,
        session: `${day}-${Math.floor(index / 6)}`,
        usage: tokens(2_000 * (1 + (index % 6)), 100),
      }),
    );
    const [advice] = adviceFor(turns, 'cache');
    expect(advice?.change).toMatchObject({ plan: '5m' });
    expect(advice?.confidence.level).not.toBe('low');
  });

  test('is advised against where writes are never read', () => {
    const written = daily(20, 30, (atMs) => {
      const usage = { ...tokens(0, 100), cacheWriteTokens: 5_000 };
      return request(atMs, { usage, model: SONNET });
    });
    const [advice] = adviceFor(written, 'cache');
    expect(advice?.change).toMatchObject({ plan: 'off' });
    expect(advice?.evidence['assumption']).toContain('none');
  });
});
