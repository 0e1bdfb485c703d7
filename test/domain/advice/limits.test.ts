import { describe, expect, test } from 'vitest';
import { adviseBudgetFit } from '../../../domain/advice/budget-fit.ts';
import { adviseThresholdFit } from '../../../domain/advice/threshold-fit.ts';
import { DEFAULT_LEVELS } from '../../../domain/controls/built-in-levels.ts';
import { levelsInForce } from '../../../domain/controls/levels-in-force.ts';
import type { Budget } from '../../../domain/ledger/budget.ts';
import { formatUsd } from '../../../domain/money.ts';
import { adviceFor, daily, request } from '../../support/advice-requests.ts';

const USD = 1_000_000_000n;

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
    expect(asking(4_096)[0]?.request?.body).toMatchObject({ maxOutputTokens: 150 });
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
    expect(adviseBudgetFit(budget, spend)[0]?.request).toEqual({
      method: 'PATCH',
      path: '/v1/budgets/user/ada/daily',
      body: { limitUsd: '3.000000000' },
    });
    const tight = { ...budget, limitNanoUsd: USD };
    expect(adviseBudgetFit(tight, spend)[0]?.title).toMatch(/^Raise/);
    expect(adviseBudgetFit({ ...budget, limitNanoUsd: 4n * USD }, spend)).toEqual([]);
    expect(adviseBudgetFit(budget, spend.slice(0, 6))).toEqual([]);
  });

  test('of monthly budgets are never advised below the rate of the last week', () => {
    const monthly = { ...budget, period: 'monthly' as const, limitNanoUsd: 100n * USD };
    const growing = [...Array<bigint>(21).fill(USD), ...Array<bigint>(7).fill(10n * USD)];
    expect(adviseBudgetFit(monthly, growing)[0]?.request?.body).toEqual({
      limitUsd: '450.000000000',
    });
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
    const [advice, ...more] = adviseThresholdFit({ scope, levels, budgets: [], spend: dear });
    expect(more).toEqual([]);
    expect(advice?.request).toMatchObject({ method: 'PUT', path: '/v1/thresholds/user/ada' });
    const ofDay = levels.filter(({ period }) => period === 'daily');
    expect(advice?.request?.body).toMatchObject({
      levels: ofDay.map(({ name, action }) => ({ name, action })),
    });
    const { levels: sent } = (advice?.request ?? expect.unreachable()).body as {
      levels: { amountUsd: string }[];
    };
    expect(sent.map(({ amountUsd }) => amountUsd)).toEqual([
      '15.000000000',
      '30.000000000',
      '75.000000000',
    ]);
    const cheap = Array<bigint>(10).fill(USD / 2n);
    expect(adviseThresholdFit({ scope, levels, budgets: [], spend: cheap })).toEqual([]);
    expect(
      adviseThresholdFit({
        scope,
        levels: levelsInForce('user', { levels: DEFAULT_LEVELS }),
        budgets: [],
        spend: cheap,
      }),
    ).toHaveLength(1);
  });

  test('of a month are fitted to 30 days, amounts and percentages of a budget that fits', () => {
    const own = levelsInForce('user', {
      levels: [
        { name: 'warning', period: 'monthly', action: 'alert', amountNanoUsd: 20n * USD },
        { name: 'critical', period: 'monthly', action: 'alert', amountNanoUsd: 200n * USD },
        { name: 'emergency', period: 'monthly', action: 'shutdown', percentHundredths: 4_000 },
      ],
    });
    const scope = { scope: 'user', scopeId: 'ada' } as const;
    const monthly = { ...budget, period: 'monthly' as const, limitNanoUsd: 160n * USD };
    const advice = adviseThresholdFit({ scope, levels: own, budgets: [monthly], spend });
    expect(advice.map(({ title, target }) => [target, title])).toEqual([
      ['monthly/scope', 'Raise the monthly thresholds of user ada: warning 75.00 USD'],
    ]);
    const roomy = { ...monthly, limitNanoUsd: 150n * USD };
    const low = own.map((level) =>
      'percentHundredths' in level ? { ...level, percentHundredths: 2_000 } : level,
    );
    const [, percent] = adviseThresholdFit({ scope, levels: low, budgets: [roomy], spend });
    expect(percent?.title).toBe(
      'Raise the monthly thresholds of user ada: emergency 50 % of the budget',
    );
    expect(percent?.request?.body).toMatchObject({
      levels: [{ amountUsd: '20.000000000' }, { amountUsd: '200.000000000' }, { percent: 50 }],
    });
    const loose = { ...monthly, limitNanoUsd: 500n * USD };
    expect(
      adviseThresholdFit({ scope, levels: low, budgets: [loose], spend }).filter(({ target }) =>
        target.endsWith('percent'),
      ),
    ).toEqual([]);
  });

  test('of a week are judged by whole weeks, and never lowered below the dearest', () => {
    const levels = levelsInForce('user', {
      levels: [{ name: 'warning', period: 'weekly', action: 'alert', amountNanoUsd: 900n * USD }],
    });
    const uneven = [...spend.slice(0, 21), ...Array<bigint>(7).fill(6n * USD)];
    const [advice] = adviseThresholdFit({
      scope: { scope: 'user', scopeId: 'ada' },
      levels,
      budgets: [],
      spend: uneven,
    });
    expect(advice?.request?.body).toMatchObject({ levels: [{ amountUsd: '53.000000000' }] });
  });

  test('that forbid, or that the last week needs, are not advised away', () => {
    expect(adviseBudgetFit({ ...budget, limitNanoUsd: 0n }, spend)).toEqual([]);
    const peak = [...spend.slice(0, 27), 50n * USD];
    expect(adviseBudgetFit(budget, peak)[0]?.request?.body).toEqual({ limitUsd: '50.000000000' });
  });
});
