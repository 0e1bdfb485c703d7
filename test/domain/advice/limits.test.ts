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
    const [advice, ...more] = adviseThresholdFit(scope, levels, dear);
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
    expect(adviseThresholdFit(scope, levels, cheap)).toEqual([]);
    expect(
      adviseThresholdFit(scope, levelsInForce('user', { levels: DEFAULT_LEVELS }), cheap),
    ).toHaveLength(1);
  });
});
