import { describe, expect, test } from 'vitest';
import type { ScopeSpend } from '../../../domain/controls/breaches.ts';
import { type ControlState, nextAutomatic, reverse } from '../../../domain/controls/control.ts';
import { levelsInForce } from '../../../domain/controls/levels-in-force.ts';
import { requiredRestrictions } from '../../../domain/controls/required-restriction.ts';
import { strengthOf } from '../../../domain/controls/restriction.ts';
import { parseUsd } from '../../../domain/money.ts';

const ada = { scope: 'user', scopeId: 'ada' } as const;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const MIDNIGHT = Date.parse('2026-11-22T00:00:00Z');
const usd = (text: string): bigint => parseUsd(text) ?? -1n;
const daily = (amount: bigint): ScopeSpend => ({
  ...ada,
  period: 'daily',
  periodKey: '2026-11-21',
  endsAtMs: MIDNIGHT,
  spent: amount,
});

describe('a budget of which percentages are levels', () => {
  const levels = levelsInForce('user', {
    budgets: {
      daily: [
        { name: 'warning', percentHundredths: 8_000, period: 'daily', action: 'alert' },
        { name: 'emergency', percentHundredths: 10_000, period: 'daily', action: 'shutdown' },
      ],
    },
  });
  const at = (amount: string, limit: string): ScopeSpend => ({
    ...daily(usd(amount)),
    budgetLimit: usd(limit),
  });
  const judged = (
    state: ControlState,
    spends: readonly ScopeSpend[],
    nowMs: number,
    why: { isCorrected?: boolean; isLimitChanged?: boolean } = {},
  ) =>
    nextAutomatic(
      ada,
      state,
      {
        target: requiredRestrictions(spends, levels),
        floor: requiredRestrictions(spends, levels, true),
        ...why,
      },
      nowMs,
    );
  const raised = { isLimitChanged: true };

  test('frees at once when a person raises it, every time, however little', () => {
    let state = judged({}, [at('2', '2')], NOON)?.next ?? {};
    for (const [second, limit] of ['2.01', '2.02', '2.03'].entries()) {
      const nowMs = NOON + second * 1_000 + 1;
      const freed = judged(state, [at(String(2 + second / 100), limit)], nowMs, raised);
      expect(freed).toMatchObject({ change: 'recovered' });
      const again = judged(freed?.next ?? {}, [at(limit, limit)], nowMs + 1);
      expect(again).toMatchObject({ change: 'applied' });
      state = again?.next ?? {};
    }
    expect(judged(state, [at('2.03', '2.04')], NOON + 9_000)).toBeUndefined();
  });

  test('of requests acts as one of money does, also after a reversal of the other', () => {
    const requests = (spent: bigint, limit: bigint): ScopeSpend => ({
      ...daily(spent),
      unit: 'requests',
      budgetLimit: limit,
    });
    const first = judged({}, [at('1', '2'), requests(9n, 9n)], NOON) ?? expect.unreachable();
    expect(first.control).toMatchObject({
      restriction: { action: 'shutdown' },
      cause: { unit: 'requests', spent: 9n, limit: 9n },
    });
    const freed = judged(first.next, [at('1', '2'), requests(9n, 10n)], NOON + 1, raised);
    expect(freed).toMatchObject({ change: 'recovered' });
    const { next } = reverse(first.next, first.control);
    expect(judged(next, [requests(9n, 9n)], NOON + 1)).toBeUndefined();
    // The same number in another unit is another limit.
    expect(judged(next, [{ ...requests(9n, 9n), unit: 'tokens' }], NOON + 1)).toMatchObject({
      change: 'applied',
    });
  });

  test('shuts down at its new limit although a person has reversed the control of the old one', () => {
    const first = judged({}, [at('2', '2')], NOON) ?? expect.unreachable();
    const { next } = reverse(first.next, first.control);
    expect(judged(next, [at('3', '2')], NOON + 1)).toBeUndefined();
    expect(judged(next, [at('3.9', '4')], NOON + 1, raised)).toBeUndefined();
    const second = judged(next, [at('4', '4')], NOON + 2) ?? expect.unreachable();
    expect(second).toMatchObject({
      change: 'applied',
      control: { cause: { limit: usd('4') } },
    });
    const twice = reverse(second.next, second.control).next;
    expect(judged(twice, [at('4', '4')], NOON + 3)).toBeUndefined();
    expect(judged(twice, [at('4', '2')], NOON + 3)).toBeUndefined();
    expect(judged(twice, [at('4', '3')], NOON + 3)).toMatchObject({ change: 'applied' });
  });

  test('acts at its level after a reversal in another period', () => {
    const both = levelsInForce('user', {
      levels: [
        { name: 'emergency', amountNanoUsd: usd('50'), period: 'monthly', action: 'shutdown' },
      ],
      budgets: { daily: levels },
    });
    const month: ScopeSpend = {
      ...daily(usd('49')),
      period: 'monthly',
      periodKey: '2026-11',
      endsAtMs: Date.parse('2026-12-01T00:00:00Z'),
    };
    const of = (state: ControlState, spends: readonly ScopeSpend[]) =>
      nextAutomatic(
        ada,
        state,
        {
          target: requiredRestrictions(spends, both),
          floor: requiredRestrictions(spends, both, true),
        },
        NOON,
      );
    const first = of({}, [at('2', '2'), month]) ?? expect.unreachable();
    const { next } = reverse(first.next, first.control);
    expect(of(next, [at('2', '2'), month])).toBeUndefined();
    const reached = { ...month, spent: usd('50') };
    expect(of(next, [at('2', '2'), reached])).toMatchObject({
      change: 'applied',
      control: { cause: { period: 'monthly' } },
    });
  });

  test('a dismissal stored without its levels holds for all of them', () => {
    const dismissed = { strength: strengthOf({ action: 'shutdown' }), untilMs: MIDNIGHT };
    expect(judged({ dismissed }, [at('8', '4')], NOON)).toBeUndefined();
  });
});
