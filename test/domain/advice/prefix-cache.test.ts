import { describe, expect, test } from 'vitest';
import { costOf } from '../../../domain/pricing/rate.ts';
import {
  adviceFor,
  daily,
  HAIKU,
  perMonth,
  rateOf,
  request,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';

/** Prompts of 5,000 tokens, of which the first 3,000 are known to be the same. */
const shared = (atMs: number) =>
  request(atMs, {
    usage: tokens(5_000, 100),
    model: SONNET,
    prefix: { hash: 'template', tokens: 3_000 },
  });

/** The same with a cache that each request writes for so long and none reads. */
const cached = (atMs: number, readTokens: number, oneHour: boolean) => {
  const written = 3_000 - readTokens;
  return request(atMs, {
    model: SONNET,
    prefix: { hash: 'template', tokens: 3_000 },
    usage: {
      ...tokens(2_000, 100),
      cacheReadTokens: readTokens,
      cacheWriteTokens: written,
      ...(oneHour ? { cacheWriteOneHourTokens: written } : {}),
    },
  });
};

describe('prefix cache', () => {
  test('is advised for as long as the distances in time pay for', () => {
    const [near] = adviceFor(daily(60, 4, shared), 'cache');
    expect(near).toMatchObject({ change: { plan: '5m' }, isQuestion: false });
    const [far] = adviceFor(daily(30, 30, shared), 'cache');
    expect(far).toMatchObject({ change: { plan: '1h' }, isQuestion: false });
    expect(adviceFor(daily(15, 65, shared), 'cache')).toEqual([]);
  });

  test('states the saving to the nano-dollar: the day’s first request writes, the others read', () => {
    const [advice] = adviceFor(daily(60, 4, shared), 'cache');
    const rate = rateOf({ model: SONNET }) ?? expect.unreachable();
    const plain = costOf(tokens(5_000, 100), rate);
    const reading = { ...tokens(2_000, 100), cacheReadTokens: 3_000 };
    const writing = { ...tokens(2_000, 100), cacheWriteTokens: 3_000 };
    const saved = 60n * plain - costOf(writing, rate) - 59n * costOf(reading, rate);
    expect(advice?.savingNanoUsdPerMonth).toBe(perMonth(saved * 7n));
  });

  test('is a question where nobody knows what long prompts share, and nothing for short ones', () => {
    const unknown = (inputTokens: number) =>
      adviceFor(
        daily(60, 4, (atMs) => request(atMs, { usage: tokens(inputTokens, 100), model: SONNET })),
        'cache',
      );
    expect(unknown(5_000)).toMatchObject([{ isQuestion: true, confidence: { level: 'low' } }]);
    expect(unknown(5_000)[0]?.action).toContain('"prefix"');
    expect(unknown(1_500)).toEqual([]);
  });

  test('is not advised for models without a cache, with an automatic cache, or without a one-hour cache', () => {
    const of = (model: string, minutes: number) =>
      adviceFor(
        daily(30, minutes, (atMs) => ({ ...shared(atMs), ...priced(model, atMs) })),
        'cache',
      ).filter(({ isQuestion }) => !isQuestion);
    const priced = (model: string, atMs: number) =>
      request(atMs, { model, usage: tokens(5_000, 100), prefix: shared(atMs).prefix });
    expect(of('openai.gpt-oss-120b-1:0', 4)).toEqual([]);
    expect(of('gpt-4o', 4)).toEqual([]);
    expect(of('amazon.nova-pro-v1:0', 4)).toMatchObject([{ change: { plan: '5m' } }]);
    expect(of('amazon.nova-pro-v1:0', 30)).toEqual([]);
    expect(of(HAIKU, 4)).toEqual([]);
  });

  test('follows sessions, in which a prompt begins with the one before it', () => {
    const turns = daily(60, 2, (atMs, day, index) =>
      request(atMs, {
        model: SONNET,
        session: `${day}-${Math.floor(index / 6)}`,
        usage: tokens(2_100 * (1 + (index % 6)), 100),
      }),
    );
    const [advice] = adviceFor(turns, 'cache');
    expect(advice).toMatchObject({ change: { plan: '5m', by: 'session' }, isQuestion: false });
    expect(advice?.confidence.level).toBe('high');
  });

  test('is advised against where writes are never read', () => {
    const [advice] = adviceFor(
      daily(15, 65, (atMs) => cached(atMs, 0, false)),
      'cache',
    );
    expect(advice?.change).toMatchObject({ plan: 'off' });
  });

  test('has another life where that is cheaper, whichever it has now', () => {
    const [shorter] = adviceFor(
      daily(60, 4, (atMs, _, index) => cached(atMs, index % 20 === 0 ? 0 : 3_000, true)),
      'cache',
    );
    expect(shorter?.change).toMatchObject({ plan: '5m' });
    const [longer] = adviceFor(
      daily(30, 30, (atMs) => cached(atMs, 0, false)),
      'cache',
    );
    expect(longer?.change).toMatchObject({ plan: '1h' });
  });

  test('stays as it is where its life is right', () => {
    const right = daily(60, 4, (atMs, _, index) => cached(atMs, index === 0 ? 0 : 3_000, false));
    expect(adviceFor(right, 'cache')).toEqual([]);
  });
});
