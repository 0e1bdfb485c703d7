import { describe, expect, test } from 'vitest';
import { lossOf } from '../../../domain/advice/measured-loss.ts';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import {
  HAIKU,
  OPUS,
  SONNET,
  adviceFor,
  daily,
  perMonth,
  rateOf,
  request,
} from '../../support/advice-requests.ts';

const grades = (right: number, wrong: number): number[] => [
  ...Array<number>(right).fill(1),
  ...Array<number>(wrong).fill(0),
];

/** The last seven of fourteen days. */
const lastWeek = (requests: readonly RequestFact[]): RequestFact[] =>
  requests.slice(requests.length / 2);

const costIn = (requests: readonly RequestFact[]): bigint =>
  requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);

describe('model switch', () => {
  test('is a question where nobody graded, with every request priced exactly', () => {
    const requests = daily(50, 12, (atMs) => request(atMs, { model: OPUS }));
    const [advice] = adviceFor(requests, 'model-switch');
    expect(advice).toMatchObject({
      change: { kind: 'model', toModel: SONNET },
      isQuestion: true,
      qualityRisk: { basis: 'prior', expectedLoss: 0.0417, graded: 0 },
      confidence: { level: 'low' },
    });
    expect(advice?.title).toMatch(
      /^Could anthropic.claude-sonnet-5 serve relaycore\/chat\? It could save \$[\d.]+ of \$[\d.,]+ a month \(\d+ %\), by the catalog: nobody has graded it here$/,
    );
    const sonnet = rateOf({ model: SONNET }) ?? expect.unreachable();
    const saved = lastWeek(requests).reduce(
      (sum, { costNanoUsd, usage }) => sum + costNanoUsd - costOf(usage, sonnet),
      0n,
    );
    expect(advice?.savingNanoUsdPerMonth).toBe(perMonth(saved));
  });

  const graded = (good: number, operation?: string, system = 'relaycore') =>
    daily(80, 10, (atMs, _, index) =>
      request(atMs, {
        system,
        operation,
        model: index % 2 === 0 ? OPUS : HAIKU,
        quality: index % 2 === 0 || index < good ? 1 : 0,
      }),
    );
  const toHaiku = (requests: RequestFact[]) =>
    adviceFor(requests, 'model-switch').filter(
      ({ change }) => change.kind === 'model' && change.toModel === HAIKU,
    );

  test('goes by grades where there are enough, whatever the prior says', () => {
    expect(toHaiku(graded(80, 'chat'))).toMatchObject([
      { isQuestion: false, qualityRisk: { basis: 'measured', graded: 560 } },
    ]);
    expect(toHaiku(graded(60, 'chat'))).toEqual([]);
  });

  test('is no order by the grades of another system, or of requests without an operation', () => {
    const alone = daily(80, 10, (atMs) =>
      request(atMs, { system: 'contracts', operation: undefined, model: OPUS }),
    );
    const advice = toHaiku([...graded(80, undefined), ...alone]);
    expect(advice).toEqual([]);
    expect(toHaiku([...graded(80, 'chat'), ...alone])).toHaveLength(1);
  });

  test('stays with the provider and the place of the route', () => {
    const us = daily(50, 12, (atMs) => request(atMs, { model: `us.${OPUS}` }));
    const [advice] = adviceFor(us, 'model-switch');
    expect(advice?.change).toMatchObject({ toModel: `us.${SONNET}` });
    const direct = daily(50, 12, (atMs) => request(atMs, { model: 'gpt-4o' }));
    for (const { change } of adviceFor(direct, 'model-switch')) {
      expect(change).toMatchObject({ toModel: expect.stringMatching(/^(?:gpt-|o\d)/) });
    }
  });

  test('is not given on few days, for a route that stopped, or where the price explains nothing', () => {
    const many = daily(50, 12, (atMs) => request(atMs, { model: OPUS }));
    expect(adviceFor(many.slice(0, 100), 'model-switch')).toEqual([]);
    const stopped = many.filter(({ atMs }) => atMs < (many[600]?.atMs ?? 0));
    const others = daily(1, 1, (atMs) => request(atMs, { operation: 'ping' }));
    expect(adviceFor([...stopped, ...others], 'model-switch')).toEqual([]);
    const discounted = many.map((item) => ({ ...item, costNanoUsd: item.costNanoUsd / 2n }));
    expect(adviceFor(discounted, 'model-switch')).toEqual([]);
  });

  test('is judged by the route’s own days where it is four days old', () => {
    const young = daily(80, 10, (atMs) => request(atMs, { model: OPUS })).slice(-320);
    const old = daily(5, 10, (atMs) => request(atMs, { operation: 'ping' }));
    const [advice] = adviceFor([...old, ...young], 'model-switch');
    expect(advice?.saving?.nowPerMonthNanoUsd).toBe((costIn(young) * 30n) / 4n);
  });
});

describe('the loss measured', () => {
  test('has a bound that grades which all agree do not make certain', () => {
    expect(lossOf(grades(29, 0), grades(100, 0))).toBeUndefined();
    const perfect = lossOf(grades(30, 0), grades(30, 0));
    expect(perfect?.expectedLoss).toBe(0);
    expect(perfect?.upperLoss).toBeGreaterThan(0.05);
    expect(lossOf(grades(1_000, 0), grades(1_000, 0))?.upperLoss).toBeLessThan(0.01);
    const loss = lossOf(grades(900, 100), grades(855, 145));
    expect(loss?.expectedLoss).toBe(0.05);
    expect(loss?.upperLoss).toBeCloseTo(0.05 + 0.0267, 2);
  });
});
