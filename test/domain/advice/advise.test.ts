import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { ADVICE_KINDS } from '../../../domain/advice/recommendation.ts';
import { type RequestFact, requestFactsOf } from '../../../domain/advice/request-fact.ts';
import { levelsInForce } from '../../../domain/controls/levels-in-force.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { warmthPriceIn } from '../../../domain/pricing/warmth-price.ts';
import {
  HAIKU,
  OPUS,
  SONNET,
  adviceFor,
  daily,
  factsOf,
  perMonth,
  rateOf,
  request,
  tokens,
} from '../../support/advice-requests.ts';
import { postingWith } from '../../support/postings.ts';

const USD = 1_000_000_000n;
const NOVA = 'amazon.nova-pro-v1:0';
const WARM_FROM = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** The last seven of fourteen days. */
const lastWeek = (requests: readonly RequestFact[]): RequestFact[] =>
  requests.slice(requests.length / 2);

const costIn = (requests: readonly RequestFact[]): bigint =>
  requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);

test('the sample changes little of a saving, and its interval holds the exact one', () => {
  const mixed = daily(400, 2, (atMs, _, index) =>
    request(atMs, {
      model: SONNET,
      promptHash: `${index % 7 === 0 ? index % 21 : index}`,
      usage: tokens(500 + ((index * 37) % 900), 100),
    }),
  );
  const [exact] = adviceFor(mixed, 'cache');
  const [sampled] = adviceFor(mixed, 'cache', 100);
  expect(exact?.title).toMatch(
    /^Cache the answers of relaycore\/chat \(.+\) for a day: saves \$[\d,]+\.\d\d of \$[\d,]+\.\d\d a month/,
  );
  expect(sampled?.confidence.requests).toBeLessThan(1_400);
  const { leastPerMonthNanoUsd = 0n, mostPerMonthNanoUsd = 0n } = sampled?.saving ?? {};
  expect(leastPerMonthNanoUsd).toBeLessThan(exact?.savingNanoUsdPerMonth ?? 0n);
  expect(mostPerMonthNanoUsd).toBeGreaterThan(exact?.savingNanoUsdPerMonth ?? 0n);
});

test('what exclusive advice for a route saves counts once', () => {
  const requests = daily(50, 12, (atMs, _, index) =>
    request(atMs, {
      model: `us.${NOVA}`,
      operation: 'wait',
      urgency: 'deferred',
      promptHash: `${index % 25}`,
    }),
  );
  const advice = adviceFor(requests).filter(({ isQuestion }) => !isQuestion);
  expect(advice.map(({ kind }) => kind).toSorted()).toEqual(['cache', 'off-peak']);
  const groups = new Set(advice.map(({ group }) => group?.netSavingNanoUsdPerMonth));
  // Half of the requests are not made, and the others cost half.
  expect([...groups]).toEqual([(perMonth(costIn(lastWeek(requests))) * 3n) / 4n]);
});

test('a response cache is advised by exact repeats alone', () => {
  const repeating = daily(50, 12, (atMs, day, index) =>
    request(atMs, { model: SONNET, promptHash: `${day}-${index % 25}` }),
  );
  const [advice] = adviceFor(repeating, 'cache');
  expect(advice?.target).toMatch(/^answers\//);
  expect(advice?.savingNanoUsdPerMonth).toBe(perMonth(costIn(lastWeek(repeating)) / 2n));
  const unique = repeating.map((item, index) => ({ ...item, promptHash: String(index) }));
  expect(adviceFor(unique, 'cache')).toEqual([]);
});

test('prompts that grew in a step are found three days later, with the day', () => {
  const grown = daily(50, 12, (atMs, day) =>
    request(atMs, { model: SONNET, usage: tokens((day < 11 ? 400 : 800) + (day % 3) * 5, 100) }),
  );
  const [advice] = adviceFor(grown, 'prompt-length');
  expect(advice?.evidence).toMatchObject({ since: '2026-11-12' });
  expect(advice?.title).toContain('they grew from 405 to 805 tokens on 2026-11-12');
  const hits = grown.map((item, index) =>
    index % 2 === 0 && index < 500
      ? { ...item, usage: tokens(0, 0), costNanoUsd: 0n, isCacheHit: true as const }
      : { ...item, usage: tokens(400, 100) },
  );
  expect(adviceFor(hits, 'prompt-length')).toEqual([]);
  const once = daily(50, 12, (atMs, day) =>
    request(atMs, { model: SONNET, usage: tokens(day === 10 ? 8_000 : 400 + day, 100) }),
  );
  expect(adviceFor(once, 'prompt-length')).toEqual([]);
});

describe('tiers', () => {
  const waiting = daily(50, 12, (atMs) => request(atMs, { urgency: 'deferred', model: NOVA }));

  test('are advised for what says that it can wait, one of them', () => {
    const advice = adviceFor(waiting).filter(({ change }) => change.kind === 'tier');
    expect(advice).toMatchObject([{ change: { tier: 'flex' }, isQuestion: false }]);
    expect(advice[0]?.savingNanoUsdPerMonth).toBe(perMonth(costIn(lastWeek(waiting)) / 2n));
    const urgent = daily(50, 12, (atMs) => request(atMs, { model: NOVA }));
    expect(adviceFor(urgent).filter(({ change }) => change.kind === 'tier')).toEqual([]);
  });

  test('are asked about for a job across an hour with a stray request', () => {
    const job = [
      ...daily(50, 1, (atMs) => request(atMs + 40 * 60_000, { model: NOVA })),
      ...daily(1, 1, (atMs) => request(atMs + 9 * HOUR_MS, { model: NOVA })),
    ];
    const [advice] = adviceFor(job, 'off-peak');
    expect(advice).toMatchObject({ isQuestion: true, change: { tier: 'flex' } });
    const urgent = job.map((item) => ({ ...item, urgency: 'interactive' as const }));
    expect(adviceFor(urgent, 'off-peak')).toEqual([]);
  });

  test('are left where requests are already, and do not hide other advice', () => {
    const rate = rateOf({ model: NOVA, tier: 'flex' }) ?? expect.unreachable();
    const flex = waiting.map((item, index) =>
      index % 4 === 0
        ? { ...item, serviceTier: 'flex' as const, costNanoUsd: costOf(item.usage, rate) }
        : item,
    );
    const [advice] = adviceFor(flex, 'off-peak');
    const rest = lastWeek(flex).filter(({ serviceTier }) => serviceTier === undefined);
    expect(advice?.savingNanoUsdPerMonth).toBe(perMonth(costIn(rest) / 2n));
  });

  test('with priority are questioned for what can wait', () => {
    const rate = rateOf({ model: NOVA, tier: 'priority' }) ?? expect.unreachable();
    const hurried = waiting.map((item) => ({
      ...item,
      serviceTier: 'priority' as const,
      costNanoUsd: costOf(item.usage, rate),
    }));
    expect(adviceFor(hurried, 'off-peak')).toMatchObject([{ change: { tier: 'flex' } }]);
  });
});

test('a dearer place is told as such', () => {
  const us = daily(50, 12, (atMs) => request(atMs, { model: `us.${HAIKU}` }));
  const [advice] = adviceFor(us, 'place');
  expect(advice?.change).toMatchObject({ toModel: `global.${HAIKU}` });
  expect(advice?.title).toMatch(
    /^May any region serve relaycore\/chat, and not only us .*us costs 10 % more than global$/,
  );
  expect(Math.round((advice?.saving?.share ?? 0) * 100)).toBe(9);
  const global = daily(50, 12, (atMs) => request(atMs, { model: `global.${HAIKU}` }));
  expect(adviceFor(global, 'place')).toEqual([]);
});

test('calls that failed or looped and were paid for are told', () => {
  const wasting = daily(50, 12, (atMs, day, index) =>
    request(atMs, {
      model: SONNET,
      ...(index % 10 === 0 ? { status: 'failed' as const } : {}),
      ...(index % 10 > 7 ? { session: `${day}`, promptHash: `${day}-${index - (index % 2)}` } : {}),
    }),
  );
  const [advice] = adviceFor(wasting, 'calls');
  expect(advice?.savingNanoUsdPerMonth).toBe(perMonth(costIn(lastWeek(wasting)) / 10n));
});

test('requests are what their postings add up to, corrections included', () => {
  const presumed = postingWith({ kind: 'presumption', usage: tokens(0, 0), amountNanoUsd: 50n });
  const corrected = postingWith({
    kind: 'correction',
    entryId: presumed.entryId,
    requests: 0,
    usage: tokens(10, 5),
    amountNanoUsd: -20n,
  });
  const unknown = postingWith({ kind: 'presumption', usage: tokens(0, 0) });
  const facts = requestFactsOf([corrected, unknown, presumed]);
  expect(facts).toHaveLength(1);
  expect(facts[0]).toMatchObject({ costNanoUsd: 30n, usage: tokens(10, 5) });
});

test('every kind of advice is given where its facts are', () => {
  const requests = [
    ...daily(20, 30, (atMs) => request(atMs, { model: OPUS })),
    ...daily(20, 30, (atMs, day, index) =>
      request(atMs, { operation: 'ask', model: SONNET, promptHash: `${day}-${index % 10}` }),
    ),
    ...daily(20, 70, (atMs, day) =>
      request(atMs, { operation: 'long', usage: tokens(day < 7 ? 400 : 800, 100) }),
    ),
    ...daily(20, 30, (atMs) =>
      request(atMs, { operation: 'wait', model: NOVA, urgency: 'deferred' }),
    ),
    ...daily(20, 30, (atMs) => request(atMs, { operation: 'batch', urgency: 'deferred' })),
    ...daily(20, 30, (atMs) => request(atMs, { operation: 'place', model: `us.${SONNET}` })),
    ...daily(20, 30, (atMs, _, index) =>
      request(atMs, { operation: 'fail', status: index % 4 === 0 ? 'failed' : 'completed' }),
    ),
    ...daily(20, 70, (atMs) => request(atMs, { operation: 'limit', maxOutputTokens: 4_096 })),
  ];
  const spend = Array<bigint>(28).fill(30n * USD);
  const recommendations = advise({
    ...factsOf(requests),
    budgets: [
      {
        budget: {
          scope: 'user',
          scopeId: 'ada',
          period: 'daily',
          limitNanoUsd: 1_000n * USD,
          timeZone: 'UTC',
          enforcement: 'enforce',
          createdAtMs: 0,
          updatedAtMs: 0,
        },
        spend,
      },
    ],
    thresholds: [
      {
        scope: { scope: 'user', scopeId: 'ada' },
        levels: levelsInForce('user', undefined),
        budgets: [],
        spend,
      },
    ],
    warmth: {
      organizationId: 'acme',
      range: { fromMs: WARM_FROM, toMs: WARM_FROM + 14 * 24 * HOUR_MS },
      targetPercent: 70,
      price: warmthPriceIn('us-east-1') ?? expect.unreachable(),
      functions: [
        {
          warm: { name: 'reserve', functionName: 'reserve', memoryMiB: 1_769, min: 5 },
          hours: Array.from({ length: 14 * 24 }, (_, hour) => ({
            atMs: WARM_FROM + hour * HOUR_MS,
            peakUse: 2,
            peakUtilization: 0.4,
            spillovers: 0,
          })),
        },
      ],
    },
  });
  expect(new Set(recommendations.map(({ kind }) => kind))).toEqual(new Set(ADVICE_KINDS));
  const surest = recommendations.map(({ isQuestion, saving, savingNanoUsdPerMonth }) => [
    isQuestion,
    saving?.leastPerMonthNanoUsd ?? savingNanoUsdPerMonth,
  ]);
  expect(surest).toEqual(
    surest.toSorted(
      ([asked, saved], [otherAsked, otherSaved]) =>
        Number(asked) - Number(otherAsked) || Number(otherSaved) - Number(saved),
    ),
  );
});
