import type { ScopeSpend } from './breaches.ts';

/** A budget that will run out before its period ends if spending continues at its current pace. */
export type ProjectedCrossing = ScopeSpend & {
  limit: bigint;
  projected: bigint;
  /** When spend will reach the limit. Epoch ms. */
  crossesAtMs: number;
};

/** Spend of a budget, and since when it counts (`countsFromMs` in `domain/ledger/pace.ts`). */
export type PacedSpend = ScopeSpend & { countsFromMs: number };

/** A pace predicts the rest of a period once it was seen for this part of what it predicts. */
const SEEN_FOR_PERCENT = { daily: 25, weekly: 15, monthly: 10 };
/** A pace that was not seen through a night says too little about other days. */
const SEEN_FOR_MS = { daily: 0, weekly: 86_400_000, monthly: 86_400_000 };

/**
 * Projects a budget's spend so far to the end of its period at the same pace. The pace counts from
 * when the budget, its last reset or the spending began, whichever is last.
 * @param spend of a budget (`budgetLimit` set)
 * @param spendingFromMs when the scope spent for the first time, if that is in this period
 * @returns `undefined` if the budget will last, is already used up, or it is too early to tell
 */
export function projectedCrossing(
  spend: PacedSpend,
  nowMs: number,
  spendingFromMs: number = spend.countsFromMs,
): ProjectedCrossing | undefined {
  const { period, endsAtMs, spent, budgetLimit: limit } = spend;
  if (limit === undefined) return undefined;
  // A rate has no end to project to, nor has a total.
  if (period === 'hourly' || period === 'total') return undefined;
  if (nowMs >= endsAtMs || spent <= 0n || spent >= limit) return undefined;
  const fromMs = Math.max(spend.countsFromMs, spendingFromMs);
  const seenMs = nowMs - fromMs;
  if (seenMs < leastSeenMs(period, endsAtMs - fromMs)) return undefined;
  const projected = spent + (spent * BigInt(endsAtMs - nowMs)) / BigInt(seenMs);
  if (projected <= limit) return undefined;
  const crossesAtMs = nowMs + Number(((limit - spent) * BigInt(seenMs)) / spent);
  return { ...spend, limit, projected, crossesAtMs };
}

/** Whether a budget could run out early if its scope began to spend as late as possible. */
export const mayCross = (spend: PacedSpend, nowMs: number): boolean => {
  const { period, endsAtMs } = spend;
  if (period === 'hourly' || period === 'total') return false;
  // The latest beginning whose pace was seen for long enough is the steepest one.
  const percent = SEEN_FOR_PERCENT[period];
  const partMs = Math.ceil(((endsAtMs - nowMs) * percent) / (100 - percent));
  const seenMs = Math.max(partMs, SEEN_FOR_MS[period], 1);
  return projectedCrossing(spend, nowMs, nowMs - seenMs) !== undefined;
};

const leastSeenMs = (period: keyof typeof SEEN_FOR_MS, lengthMs: number): number =>
  Math.max((lengthMs * SEEN_FOR_PERCENT[period]) / 100, SEEN_FOR_MS[period], 1);
