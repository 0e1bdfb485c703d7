import { maxNanoUsd, type NanoUsd } from '../money.ts';
import {
  type Adjustment,
  adjustmentsIn,
  keptAdjustments,
  resetCountsOf,
  resetNanoUsdOf,
} from './adjustments.ts';
import type { Balance, Budget } from './budget.ts';
import { periodOf } from './calendar.ts';
import { eachUnit } from './counts.ts';

/** So many adjustments a budget may have at once: every request reads them. */
export const MOST_ADJUSTMENTS = 20;

/** A raise of a budget's limit that ends. */
export type Override = { addNanoUsd: NanoUsd; untilMs?: number | undefined; reason: string };

/** Who adjusts, when, and under which ID. */
export type Adjusting = { adjustmentId: string; actor: string; nowMs: number };

/** A budget with one more adjustment; `full` if it has too many. */
function withAdjustment(budget: Budget, added: Adjustment, nowMs: number): Budget | 'full' {
  const kept = keptAdjustments(budget, nowMs);
  if (kept.length >= MOST_ADJUSTMENTS) return 'full';
  return { ...budget, adjustments: [...kept, added], updatedAtMs: nowMs };
}

/** A budget whose limit is raised until a time; only `total` may be raised for good. */
export function overridden(
  budget: Budget,
  { addNanoUsd, untilMs, reason }: Override,
  { adjustmentId, actor, nowMs }: Adjusting,
): Budget | 'full' {
  const facts = { adjustmentId, kind: 'override' as const, addNanoUsd, reason, actor };
  return withAdjustment(budget, { ...facts, fromMs: nowMs, untilMs }, nowMs);
}

/**
 * A budget whose current period has all of its limits again: what was spent is added to them. What was
 * reserved before and is settled later counts after the reset.
 * @param balance of the period, with all lanes and wallets; absent if nothing touched it
 */
export function reset(
  budget: Budget,
  balance: Pick<Balance, 'settledNanoUsd' | 'counters'> | undefined,
  { adjustmentId, actor, nowMs, reason }: Adjusting & { reason: string },
): Budget | 'full' {
  const span = periodOf(budget, nowMs);
  const earlierNanoUsd = resetNanoUsdOf(budget, span, nowMs);
  const addNanoUsd = maxNanoUsd((balance?.settledNanoUsd ?? 0n) - earlierNanoUsd, 0n);
  const earlier = resetCountsOf(budget, span, nowMs);
  const counters = balance?.counters;
  const addCounts =
    counters && eachUnit((unit) => Math.max(0, counters[unit].settled - earlier[unit]));
  const facts = { adjustmentId, kind: 'reset' as const, addNanoUsd, addCounts, reason, actor };
  return withAdjustment(budget, { ...facts, periodKey: span.key, fromMs: nowMs }, nowMs);
}

/** A budget without one of its adjustments. */
export const without = (budget: Budget, adjustmentId: string, nowMs: number): Budget => ({
  ...budget,
  adjustments: budget.adjustments?.filter((each) => each.adjustmentId !== adjustmentId),
  updatedAtMs: nowMs,
});

/** The overrides that are in force, in the order in which they were made. */
export const overridesIn = (budget: Budget, nowMs: number): Adjustment[] =>
  adjustmentsIn(budget, periodOf(budget, nowMs), nowMs).filter(({ kind }) => kind === 'override');
