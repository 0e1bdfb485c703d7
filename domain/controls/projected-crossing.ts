import type { ScopeSpend } from './breaches.ts';

/** A budget that will run out before its period ends if spending continues at its current pace. */
export type ProjectedCrossing = ScopeSpend & {
  limit: bigint;
  projected: bigint;
  /** When spend will reach the limit. Epoch ms. */
  crossesAtMs: number;
};

/** Percent of a period that must have passed before its pace is a useful predictor. */
const TOLD_FROM_PERCENT = { daily: 25, weekly: 15, monthly: 10 };

/**
 * Projects a budget's spend so far to the end of its period at the same pace.
 * @param spend of a budget (`budgetLimit` set), with the start of its period
 * @returns `undefined` if the budget will last, is already used up, or it is too early to tell
 */
export function projectedCrossing(
  spend: ScopeSpend & { startsAtMs: number },
  nowMs: number,
): ProjectedCrossing | undefined {
  const { period, startsAtMs, endsAtMs, spent, budgetLimit: limit } = spend;
  if (limit === undefined) return undefined;
  // A rate has no end to project to, nor has a total.
  if (period === 'hourly' || period === 'total') return undefined;
  const lengthMs = endsAtMs - startsAtMs;
  const elapsedMs = nowMs - startsAtMs;
  if (elapsedMs * 100 < lengthMs * TOLD_FROM_PERCENT[period] || nowMs >= endsAtMs) return undefined;
  if (spent <= 0n || spent >= limit) return undefined;
  const projected = (spent * BigInt(lengthMs)) / BigInt(elapsedMs);
  if (projected <= limit) return undefined;
  const crossesAtMs = startsAtMs + Number((limit * BigInt(elapsedMs)) / spent);
  return { ...spend, limit, projected, crossesAtMs };
}
