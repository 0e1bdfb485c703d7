import { describe, expect, test } from 'vitest';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import { outcomeOf } from '../../../domain/advice/outcome.ts';
import {
  adviceFor,
  daily,
  rateAt,
  rateOf,
  request,
  samplesOf,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';

const LOST_ON = 8;
const TEMPLATE = { hash: 'template', tokens: 3_000 };

/** A prompt of 4,000 tokens that reads, writes or does not cache its first 3,000. */
const asked = (how: 'reads' | 'writes' | 'plain', hour = false) => ({
  ...tokens(how === 'plain' ? 4_000 : 1_000, 100),
  cacheReadTokens: how === 'reads' ? 3_000 : 0,
  cacheWriteTokens: how === 'writes' ? 3_000 : 0,
  ...(hour && how === 'writes' ? { cacheWriteOneHourTokens: 3_000 } : {}),
});

/** Read by all but each day's first request, until the eighth day; since then as told. */
const lost = (
  since: (index: number, day: number) => Partial<RequestFact>,
  before: (index: number) => Partial<RequestFact> = () => ({}),
  minutes = 4,
) =>
  daily(60, minutes, (atMs, day, index) =>
    request(atMs, {
      model: SONNET,
      prefix: TEMPLATE,
      usage: asked(index === 0 ? 'writes' : 'reads'),
      ...(day < LOST_ON ? before(index) : since(index, day)),
    }),
  );

const lossIn = (requests: readonly RequestFact[]) =>
  adviceFor(requests, 'cache').filter(({ title }) => title.startsWith('Cache reads'));

describe('a lost cache', () => {
  const changing = lost((index, day) => ({
    usage: asked('writes'),
    prefix: { ...TEMPLATE, hash: `own-${day}-${index}` },
  }));

  test('is told with its day, its cost and its cause', () => {
    const [loss, ...others] = adviceFor(changing, 'cache');
    expect(others).toEqual([]);
    expect(loss).toMatchObject({
      change: { kind: 'cache-reads', since: '2026-11-09', cause: 'prefix-changes' },
      isQuestion: false,
    });
    expect(loss?.title).toMatch(
      /^Cache reads of relaycore\/chat \(.*\) fell from 74 % to 0 % of its input on 2026-11-09: costs \$[\d.]+ of \$[\d.,]+ a month \(\d+ %\)\. Prefixes now differ from request to request$/,
    );
    expect(loss?.saving?.leastPerMonthNanoUsd).toBeGreaterThan(0n);
  });

  test.each<[string, Parameters<typeof lost>[0], string, boolean]>([
    [
      'the prefix is shorter than what is cached',
      () => ({ usage: asked('plain'), prefix: { hash: 'cut', tokens: 900 } }),
      'prefix-short',
      false,
    ],
    [
      'requests go to several regions',
      (index) => ({
        usage: asked(index % 3 === 2 ? 'reads' : 'writes'),
        region: index % 2 === 0 ? 'us-east-1' : 'us-west-2',
      }),
      'place',
      false,
    ],
    ['nobody knows', () => ({ usage: asked('writes') }), 'unknown', true],
  ])('is told if %s', (_, since, cause, isQuestion) => {
    expect(lossIn(lost(since))).toMatchObject([{ change: { cause }, isQuestion }]);
  });

  test('is the reason to mark the prefix again if nothing is written any more', () => {
    const [loss] = lossIn(lost(() => ({ usage: asked('plain') })));
    expect(loss).toMatchObject({ change: { kind: 'prefix-cache', plan: '5m' } });
    expect(loss?.title).toContain('Nothing is written to the cache any more');
  });

  test('is a reason for another life if requests come farther apart than the cache lives', () => {
    const slower = lost(
      () => ({ usage: asked('writes') }),
      (index) => ({ usage: asked(index === 0 ? 'writes' : 'reads', true) }),
      12,
    );
    expect(lossIn(slower)).toEqual([]);
    const [advice] = adviceFor(slower, 'cache');
    expect(advice).toMatchObject({ change: { kind: 'prefix-cache', plan: '1h' } });
    expect(advice?.title).toContain('since 2026-11-09 its requests come farther apart');
  });

  test('asks whether another model was wanted that caches nothing', () => {
    const mistral = 'mistral.mistral-large-2402-v1:0';
    const since = daily(60, 4, (atMs) =>
      request(atMs, { model: mistral, usage: tokens(4_000, 100) }),
    ).slice(60 * LOST_ON);
    const [loss] = lossIn([...lost(() => ({})).slice(0, 60 * LOST_ON), ...since]);
    expect(loss).toMatchObject({
      change: { kind: 'model', toModel: SONNET },
      isQuestion: true,
    });
  });

  test('is none where fewer requests of the same kind come, or reads vary by chance', () => {
    expect(lossIn(lost(() => ({})).filter((_, index) => index < 600 || index % 60 < 2))).toEqual(
      [],
    );
    const varying = daily(60, 4, (atMs, day, index) =>
      request(atMs, {
        model: SONNET,
        prefix: TEMPLATE,
        usage: asked(index % (2 + ((day * 7) % 4)) === 0 ? 'writes' : 'reads'),
      }),
    );
    expect(lossIn(varying)).toEqual([]);
  });

  test('is measured once it is back: all that is read again is saved', () => {
    const [loss] = lossIn(changing);
    const { change, before } = loss ?? expect.unreachable();
    if (!('route' in change) || !before) return expect.unreachable();
    const back = samplesOf(lost(() => ({}))).slice(-3);
    const accepted = { change, before, fromMs: 0, successors: [] };
    const saved = outcomeOf(accepted, back, rateAt);
    const written = outcomeOf(accepted, samplesOf(changing).slice(-3), rateAt);
    expect(written.realizedSavingNanoUsd).toBe(0n);
    // 59 of 60 requests a day read 3,000 tokens for $0.30 a million that were written for $3.75.
    const perToken = saved.realizedSavingNanoUsd / BigInt(3 * 59 * 3_000);
    const rate = rateOf({ model: SONNET }) ?? expect.unreachable();
    expect(perToken).toBe(
      (rate.cacheWriteNanoUsdPerMillion - rate.cacheReadNanoUsdPerMillion) / 1_000_000n,
    );
  });
});
