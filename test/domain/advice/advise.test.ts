import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { adviseBudgetFit } from '../../../domain/advice/budget-fit.ts';
import { lossOf } from '../../../domain/advice/measured-loss.ts';
import { outcomeOf } from '../../../domain/advice/outcome.ts';
import { ADVICE_KINDS } from '../../../domain/advice/recommendation.ts';
import { adviseThresholdFit } from '../../../domain/advice/threshold-fit.ts';
import { requestFactsOf } from '../../../domain/advice/usage-sample.ts';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { DEFAULT_LEVELS } from '../../../domain/controls/built-in-levels.ts';
import { levelsInForce } from '../../../domain/controls/levels-in-force.ts';
import type { Budget } from '../../../domain/ledger/budget.ts';
import { formatUsd } from '../../../domain/money.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { warmthPriceIn } from '../../../domain/pricing/warmth-price.ts';
import {
  HAIKU,
  OPUS,
  SONNET,
  adviceFor,
  daily,
  rateAt,
  rateOf,
  request,
  tokens,
} from '../../support/advice-requests.ts';
import { postingWith } from '../../support/postings.ts';

const USD = 1_000_000_000n;
const NOVA = 'amazon.nova-pro-v1:0';
const WARM_FROM = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;

const grades = (right: number, wrong: number): number[] => [
  ...Array<number>(right).fill(1),
  ...Array<number>(wrong).fill(0),
];

describe('model switch', () => {
  test('prices every request exactly, and says that the prior is one', () => {
    const requests = daily(20, 30, (atMs) => request(atMs, { model: OPUS }));
    const [advice] = adviceFor(requests, 'model-switch');
    expect(advice?.change).toMatchObject({ kind: 'model', toModel: SONNET });
    expect(advice?.title).toBe(`Serve chat with ${SONNET} instead of ${OPUS}`);
    const sonnet = rateOf({ model: SONNET });
    if (!sonnet) throw new Error('no price');
    const saved = requests.reduce(
      (sum, { costNanoUsd, usage }) => sum + costNanoUsd - costOf(usage, sonnet),
      0n,
    );
    expect(advice?.savingNanoUsdPerMonth).toBe((saved * 30n) / 14n);
    expect(advice?.qualityRisk).toEqual({ basis: 'prior', expectedLoss: 0.0417 });
    expect(advice?.confidence.level).toBe('low');
  });

  test('goes by grades where there are some, whatever the prior says', () => {
    const graded = (good: number) =>
      daily(80, 10, (atMs, _, index) =>
        request(atMs, {
          model: index % 2 === 0 ? OPUS : HAIKU,
          quality: index % 2 === 0 || index < good ? 1 : 0,
        }),
      );
    const [advice] = adviceFor(graded(80), 'model-switch').filter(
      ({ change }) => change.kind === 'model' && change.route.model === OPUS,
    );
    expect(advice?.change).toMatchObject({ toModel: HAIKU });
    expect(advice?.qualityRisk).toMatchObject({ basis: 'measured', graded: 560 });
    const worse = adviceFor(graded(60), 'model-switch').filter(
      ({ change }) => change.kind === 'model' && change.route.model === OPUS,
    );
    expect(worse.map(({ change }) => change)).not.toContainEqual(
      expect.objectContaining({ toModel: HAIKU }),
    );
  });

  test('is not given on few requests, few days, or where the price explains nothing', () => {
    const many = daily(20, 30, (atMs) => request(atMs, { model: OPUS }));
    expect(adviceFor(many.slice(0, 99), 'model-switch')).toEqual([]);
    expect(adviceFor(Array(3).fill(many.slice(0, 40)).flat(), 'model-switch')).toEqual([]);
    const discounted = many.map((item) => ({ ...item, costNanoUsd: item.costNanoUsd / 2n }));
    expect(adviceFor(discounted, 'model-switch')).toEqual([]);
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

test('a response cache is advised by exact repeats alone', () => {
  const repeating = daily(20, 30, (atMs, day, index) =>
    request(atMs, { model: SONNET, promptHash: `${day}-${index % 10}` }),
  );
  const [advice] = adviceFor(repeating, 'cache');
  expect(advice?.target).toMatch(/^response\//);
  const spent = repeating.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
  expect(advice?.savingNanoUsdPerMonth).toBe(((spent / 2n) * 30n) / 14n);
  const unique = repeating.map((item, index) => ({ ...item, promptHash: String(index) }));
  expect(adviceFor(unique, 'cache')).toEqual([]);
});

test('prompts are called long by their own history, on every newer day', () => {
  const grown = daily(20, 70, (atMs, day) =>
    request(atMs, { model: SONNET, usage: tokens(day < 7 ? 400 : 800, 100) }),
  );
  const [advice] = adviceFor(grown, 'prompt-length');
  expect(advice?.evidence).toMatchObject({
    comparedWith: 'its own history',
    inputTokensPerRequest: 800,
    usualInputTokensPerRequest: 400,
  });
  const once = daily(20, 70, (atMs, day) =>
    request(atMs, { model: SONNET, usage: tokens(day === 10 ? 8_000 : 400, 100) }),
  );
  expect(adviceFor(once, 'prompt-length')).toEqual([]);
});

test('requests that may wait are priced in the tiers that the model has', () => {
  const deferred = daily(20, 30, (atMs) => request(atMs, { isDeferrable: true }));
  const spent = deferred.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
  const [batch] = adviceFor(deferred, 'batch');
  expect(Number(batch?.savingNanoUsdPerMonth)).toBeCloseTo(Number((spent * 30n) / 28n), -4);
  expect(
    adviceFor(
      daily(20, 30, (atMs) => request(atMs)),
      'batch',
    ),
  ).toEqual([]);
  const job = daily(20, 2, (atMs) => request(atMs));
  expect(adviceFor(job, 'batch')[0]?.confidence.level).toBe('low');
});

describe('limits', () => {
  test('of output are fitted to the longest answer, where they are far above it', () => {
    const asking = (maxOutputTokens: number) =>
      adviceFor(
        daily(20, 70, (atMs) => request(atMs, { maxOutputTokens })),
        'budget-fit',
      );
    expect(asking(4_096)[0]).toMatchObject({
      savingNanoUsdPerMonth: 0n,
      evidence: { longestOutputTokens: 100, askedMaxOutputTokens: 4_096 },
    });
    expect(asking(4_096)[0]?.action).toContain('"maxOutputTokens": 150');
    expect(asking(399)).toEqual([]);
  });

  const budget: Budget = {
    scope: 'user',
    scopeId: 'ada',
    period: 'daily',
    limitNanoUsd: 100n * USD,
    timeZone: 'UTC',
    enforcement: 'enforce',
    createdAtMs: 0,
    updatedAtMs: 0,
  };
  const spend = Array<bigint>(28).fill(2n * USD);

  test('of budgets are fitted to the 95th percentile of use, up or down', () => {
    expect(adviseBudgetFit(budget, spend)[0]?.action).toContain('"limitUsd": "3.000000000"');
    const tight = { ...budget, limitNanoUsd: USD };
    expect(adviseBudgetFit(tight, spend)[0]?.title).toMatch(/^Raise/);
    expect(adviseBudgetFit({ ...budget, limitNanoUsd: 4n * USD }, spend)).toEqual([]);
    expect(adviseBudgetFit(budget, spend.slice(0, 6))).toEqual([]);
  });

  test('of monthly budgets are fitted to 30 mean days, and to no refund', () => {
    const monthly = { ...budget, period: 'monthly' as const, limitNanoUsd: 1_000n * USD };
    expect(adviseBudgetFit(monthly, spend)[0]?.evidence).toMatchObject({
      usedPerPeriodUsd: formatUsd((spend.reduce((sum, day) => sum + day, 0n) / 28n) * 30n),
    });
    const refunded = [...spend.slice(1), -1_000n * USD];
    expect(adviseBudgetFit(monthly, refunded)).toEqual([]);
    const tight = { ...monthly, limitNanoUsd: 1n };
    expect(adviseBudgetFit(tight, refunded)).toEqual([]);
  });

  test('of thresholds are noise when reached daily, and far only where somebody set them', () => {
    const scope = { scope: 'user', scopeId: 'ada' } as const;
    const levels = levelsInForce('user', undefined);
    const dear = Array<bigint>(10).fill(12n * USD);
    expect(adviseThresholdFit(scope, levels, dear).map(({ target }) => target)).toEqual([
      'daily/warning',
      'daily/critical',
    ]);
    const cheap = Array<bigint>(10).fill(USD / 2n);
    expect(adviseThresholdFit(scope, levels, cheap)).toEqual([]);
    expect(
      adviseThresholdFit(scope, levelsInForce('user', { levels: DEFAULT_LEVELS }), cheap),
    ).toHaveLength(3);
  });
});

test('the outcome of a switch is what its followers would have cost, to the nano-dollar', () => {
  const route = { system: 'relaycore', operation: 'chat', model: OPUS };
  const followers = daily(5, 30, (atMs) => request(atMs, { model: SONNET }));
  const others = daily(2, 30, (atMs) => request(atMs, { model: OPUS }));
  const elsewhere = daily(2, 30, (atMs) => request(atMs, { model: SONNET, operation: 'rank' }));
  const outcome = outcomeOf(
    { kind: 'model', route, toModel: SONNET },
    [...followers, ...others, ...elsewhere],
    rateAt,
  );
  const opus = rateOf({ model: OPUS });
  if (!opus) throw new Error('no price');
  const saved = followers.reduce(
    (sum, { usage, costNanoUsd }) => sum + costOf(usage, opus) - costNanoUsd,
    0n,
  );
  expect(outcome).toMatchObject({
    requests: 98,
    following: 70,
    realizedSavingNanoUsd: saved,
  });
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
      request(atMs, { operation: 'wait', model: NOVA, isDeferrable: true }),
    ),
    ...daily(20, 70, (atMs) => request(atMs, { operation: 'limit', maxOutputTokens: 4_096 })),
  ];
  const spend = Array<bigint>(28).fill(30n * USD);
  const recommendations = advise({
    sample: { requests, days: 14, allRequests: BigInt(requests.length) },
    catalog: builtInCatalog,
    rateOf,
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
  const savings = recommendations.map(({ savingNanoUsdPerMonth }) => savingNanoUsdPerMonth);
  expect(savings).toEqual(savings.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
});
