import type { NanoUsd } from '../money.ts';
import { periodAt, periodAfter, PERIODS, type Period, type PeriodSpan } from '../periods.ts';
import { SCOPES, type Scope, type ScopeRef } from '../scopes.ts';

export const ENFORCEMENTS = ['observe', 'warn', 'enforce'] as const;
/** `enforce` refuses what does not fit; `warn` and `observe` only record, `warn` says so. */
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** A limit on spent plus reserved money of one scope in every calendar period of its time zone. */
export type Budget = ScopeRef & {
  period: Period;
  limitNanoUsd: NanoUsd;
  timeZone: string;
  enforcement: Enforcement;
  createdAtMs: number;
  updatedAtMs: number;
};

/** All budgets of one scope. `version` counts their changes; 0 means none was ever set. */
export type BudgetBook = ScopeRef & {
  daily?: Budget | undefined;
  monthly?: Budget | undefined;
  version: number;
};

/** One budget in one calendar period. */
export type BalanceRef = ScopeRef & { period: Period; periodKey: string };

/**
 * The money of one budget in one period. Conservation law:
 * `limit = headroom + reserved + settled`; the headroom is negative only by an overrun, by a lowered
 * limit, or where the budget does not enforce.
 */
export type Balance = {
  limitNanoUsd: NanoUsd;
  headroomNanoUsd: NanoUsd;
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
};

/** A budget, the period it is in, and that period's balance. */
export type BudgetStanding = { budget: Budget; span: PeriodSpan; balance: Balance };

/** `user/ada/daily`: names a budget in answers and in its own path. */
export const budgetIdOf = (budget: ScopeRef & { period: Period }): string =>
  `${budget.scope}/${budget.scopeId}/${budget.period}`;

/** `user/ada/daily/2026-11-21`: how a reservation remembers which balances hold it. */
export const balanceNameOf = (ref: BalanceRef): string => `${budgetIdOf(ref)}/${ref.periodKey}`;

/** The inverse of `balanceNameOf`. @throws Error when the text is not a balance's name. */
export function parseBalanceName(name: string): BalanceRef {
  const parts = name.split('/');
  const [scope, period, periodKey] = [parts[0], parts.at(-2), parts.at(-1)];
  const scopeId = parts.slice(1, -2).join('/');
  if (
    !SCOPES.includes(scope as Scope) ||
    !PERIODS.includes(period as Period) ||
    !periodKey ||
    !scopeId
  ) {
    throw new Error(`not the name of a balance: ${name}`);
  }
  return { scope: scope as Scope, scopeId, period: period as Period, periodKey };
}

/** The budgets of a book that are set. */
export const budgetsIn = (book: BudgetBook): Budget[] =>
  [book.daily, book.monthly].filter((budget) => budget !== undefined);

/** The balance that a budget has at an instant. */
export function balanceRefAt(budget: Budget, atMs: number): BalanceRef {
  const { scope, scopeId, period } = budget;
  return { scope, scopeId, period, periodKey: periodAt(period, atMs, budget.timeZone).key };
}

/**
 * The balances that a change of the limit must reach: of this period and of the next, which a caller
 * whose clock is ahead may have opened already.
 */
export function balanceRefsOfChange(budget: Budget, atMs: number): BalanceRef[] {
  const { scope, scopeId, period } = budget;
  const now = periodAt(period, atMs, budget.timeZone);
  return [now, periodAfter(now, budget.timeZone)].map(({ key }) => ({
    scope,
    scopeId,
    period,
    periodKey: key,
  }));
}

/** The balance of a period that nothing has touched. */
export const untouchedBalance = (limitNanoUsd: NanoUsd): Balance => ({
  limitNanoUsd,
  headroomNanoUsd: limitNanoUsd,
  reservedNanoUsd: 0n,
  settledNanoUsd: 0n,
});
