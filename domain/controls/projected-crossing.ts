import type { NanoUsd } from '../money.ts';
import type { ScopeSpend } from './breaches.ts';

/** A budget that will run out before its period ends if spending continues at its current pace. */
export type ProjectedCrossing = ScopeSpend & {
  limitNanoUsd: NanoUsd;
  projectedNanoUsd: NanoUsd;
  /** When spend will reach the limit. Epoch ms. */
  crossesAtMs: number;
};

/** Percent of a period that must have passed before its pace is a useful predictor. */
const TOLD_FROM_PERCENT = { daily: 25, weekly: 15, monthly: 10 };

/**
 * Projects a budget's spend so far to the end of its period at the same pace.
 * @param spend of a budget (`budgetLimitNanoUsd` set), with the start of its period
 * @returns `undefined` if the budget will last, is already used up, or it is too early to tell
 */
export function projectedCrossing(
  spend: ScopeSpend & { startsAtMs: number },
  nowMs: number,
): ProjectedCrossing | undefined {
  const { period, startsAtMs, endsAtMs, spentNanoUsd, budgetLimitNanoUsd: limitNanoUsd } = spend;
  if (limitNanoUsd === undefined) return undefined;
  // A rate has no end to project to, nor has a total.
  if (period === 'hourly' || period === 'total') return undefined;
  const lengthMs = endsAtMs - startsAtMs;
  const elapsedMs = nowMs - startsAtMs;
  if (elapsedMs * 100 < lengthMs * TOLD_FROM_PERCENT[period] || nowMs >= endsAtMs) return undefined;
  if (spentNanoUsd <= 0n || spentNanoUsd >= limitNanoUsd) return undefined;
  const projectedNanoUsd = (spentNanoUsd * BigInt(lengthMs)) / BigInt(elapsedMs);
  if (projectedNanoUsd <= limitNanoUsd) return undefined;
  const crossesAtMs = startsAtMs + Number((limitNanoUsd * BigInt(elapsedMs)) / spentNanoUsd);
  return { ...spend, limitNanoUsd, projectedNanoUsd, crossesAtMs };
}
