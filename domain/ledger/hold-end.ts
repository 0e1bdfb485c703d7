import type { Balance, BudgetStanding } from './budget.ts';

/** Whether a new hold is noted in a balance: nothing else is held, or the noted hold has ended. */
export const notesHold = ({ reservedNanoUsd, holdEndsAtMs = 0 }: Balance, nowMs: number): boolean =>
  reservedNanoUsd === 0n || holdEndsAtMs <= nowMs;

/**
 * When a hold of a budget ends, as far as its balances say. If the noted hold has ended, every other
 * one was made before that, so one of them ends within the hold time from then.
 * @param holdMs how long a reservation is held at most; the answer is not later than that
 */
export function nextHoldEndMs({ lanes }: BudgetStanding, nowMs: number, holdMs: number): number {
  const ends = lanes.flatMap(({ balance: { reservedNanoUsd, holdEndsAtMs } }) => {
    if (reservedNanoUsd <= 0n || holdEndsAtMs === undefined) return [];
    return holdEndsAtMs > nowMs ? [holdEndsAtMs] : [holdEndsAtMs + holdMs];
  });
  return Math.min(nowMs + holdMs, ...ends.filter((endMs) => endMs > nowMs));
}
