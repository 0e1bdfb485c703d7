import { describe, expect, it } from 'vitest';
import { budgetHeaders } from '../../../domain/gateway/budget-headers.ts';
import { codexBudgetHeaders } from '../../../domain/gateway/codex.ts';
import type { BudgetStanding } from '../../../domain/ledger/budget.ts';

const DAY_MS = 86_400_000;

/** A daily budget of 1,000 nano-dollars, of which this much is left after this call's hold. */
const daily = (scopeId: string, headroomNanoUsd: bigint) =>
  ({
    budget: { scope: 'user', scopeId, period: 'daily', limitNanoUsd: 1_000n },
    balance: { limitNanoUsd: 1_000n, headroomNanoUsd },
    span: { startsAtMs: 0, endsAtMs: DAY_MS },
  }) as BudgetStanding;

/** One that limits tokens only. */
const withoutMoney = (scopeId: string): BudgetStanding => {
  const { budget, ...standing } = daily(scopeId, 0n);
  return { ...standing, budget: { ...budget, limitNanoUsd: undefined } };
};

const anthropic = (standings: BudgetStanding[], ownNanoUsd = 0n) =>
  budgetHeaders('anthropic', standings, { ownNanoUsd, remainingNanoUsd: 10n });

describe('budget headers for Anthropic clients', () => {
  it.each([
    [251n, 'allowed', '0.7490'],
    [250n, 'allowed_warning', '0.7500'],
    [50n, 'allowed_warning', '0.9500'],
    [-20n, 'allowed_warning', '1.0200'],
  ])('with %d of 1,000 left: %s at %s', (left, status, share) => {
    expect(anthropic([daily('ada', left)])).toMatchObject({
      'anthropic-ratelimit-unified-status': status,
      'anthropic-ratelimit-unified-utilization': share,
      'anthropic-ratelimit-unified-reset': '86400',
    });
  });

  it('does not count what the call holds itself, which is far more than it will cost', () => {
    expect(anthropic([daily('ada', 10n)], 900n)).toMatchObject({
      'anthropic-ratelimit-unified-status': 'allowed',
      'anthropic-ratelimit-unified-utilization': '0.0900',
    });
  });

  it('is of the budget that is used most, among those of money', () => {
    const standings = [daily('ada', 900n), daily('bob', 100n), withoutMoney('eve')];
    expect(anthropic(standings)['x-purser-budget']).toBe('user/bob/daily');
    expect(anthropic([withoutMoney('eve')])).toEqual({});
  });
});

it('tells Codex the same in its own headers', () => {
  expect(codexBudgetHeaders([daily('ada', 240n)], 10n)).toEqual({
    'x-codex-primary-used-percent': '75.00',
    'x-codex-primary-window-minutes': '1440',
    'x-codex-primary-reset-at': '86400',
  });
  expect(codexBudgetHeaders([], 0n)).toEqual({});
});
