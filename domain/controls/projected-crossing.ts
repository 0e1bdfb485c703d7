import type { NanoUsd } from '../money.ts';
import type { Period } from '../periods.ts';
import type { ScopeSpend } from './breaches.ts';

/** A budget that will be used up before its period ends, if spending goes on as it did so far. */
export type ProjectedCrossing = ScopeSpend & {
  limitNanoUsd: NanoUsd;
  projectedNanoUsd: NanoUsd;
  /** When the limit will be reached. Epoch ms. */
  crossesAtMs: number;
};

/** So much of a period must be over before its pace says anything, in percent. */
const TOLD_FROM_PERCENT: Record<Period, number> = { daily: 25, monthly: 10 };

/**
 * Projects what a budget recorded so far, at the same pace, to the end of its period.
 * @param spend of a budget (`budgetLimitNanoUsd` set), with its period's first instant
 * @returns `undefined` when it will hold, has been reached already, or it is too early to say
 */
export function projectedCrossing(
  spend: ScopeSpend & { startsAtMs: number },
  nowMs: number,
): ProjectedCrossing | undefined {
  const { period, startsAtMs, endsAtMs, spentNanoUsd, budgetLimitNanoUsd: limitNanoUsd } = spend;
  if (limitNanoUsd === undefined || period === 'hourly') return undefined;
  const lengthMs = endsAtMs - startsAtMs;
  const elapsedMs = nowMs - startsAtMs;
  if (elapsedMs * 100 < lengthMs * TOLD_FROM_PERCENT[period] || nowMs >= endsAtMs) return undefined;
  if (spentNanoUsd <= 0n || spentNanoUsd >= limitNanoUsd) return undefined;
  const projectedNanoUsd = (spentNanoUsd * BigInt(lengthMs)) / BigInt(elapsedMs);
  if (projectedNanoUsd <= limitNanoUsd) return undefined;
  const crossesAtMs = startsAtMs + Number((limitNanoUsd * BigInt(elapsedMs)) / spentNanoUsd);
  return { ...spend, limitNanoUsd, projectedNanoUsd, crossesAtMs };
}
