import { expect, test } from 'vitest';
import { budgetViewOf } from '../../contracts/budgets.ts';
import { untouchedBalance } from '../../domain/ledger/budget.ts';
import { parseUsd } from '../../domain/money.ts';
import { periodAt } from '../../domain/periods.ts';

const usd = (text: string): bigint => parseUsd(text) ?? -1n;
const made = Date.parse('2026-11-25T06:00:00Z');
const HOUR_MS = 3_600_000;

/** The rate of a monthly budget that settled this much. */
function rateOf(settled: string, createdAtMs: number, nowMs: number): string {
  const span = periodAt('monthly', nowMs, 'UTC');
  const balance = { ...untouchedBalance(usd('100')), settledNanoUsd: usd(settled) };
  const ref = { scope: 'user', scopeId: 'ada', period: 'monthly', periodKey: span.key } as const;
  const home = { ref, balance };
  const budget = {
    scope: 'user',
    scopeId: 'ada',
    period: 'monthly',
    limitNanoUsd: usd('100'),
    timeZone: 'UTC',
    enforcement: 'enforce',
    createdAtMs,
    updatedAtMs: createdAtMs,
  } as const;
  const standing = { budget, span, balance, home, lanes: [home], isFresh: true };
  return budgetViewOf(standing, nowMs).burnRate;
}

test('a budget of the 25th burns per hour since then, not since the first', () => {
  expect(rateOf('4.14', made, made + 18 * HOUR_MS)).toBe('0.230000000');
  expect(rateOf('4.14', 0, made + 18 * HOUR_MS)).toBe('0.006900000');
});

test('less than an hour says what an hour would bring no louder than what was spent', () => {
  expect(rateOf('1', made, made + 60_000)).toBe('1.000000000');
});
