import type { Recommendation } from './recommendation.ts';

/** Sorts advice before questions, then by what is surely saved, then by id. */
export function bySaving(left: Recommendation, right: Recommendation): number {
  if (left.isQuestion !== right.isQuestion) return left.isQuestion ? 1 : -1;
  const [most, other] = [left, right].map(
    ({ saving, savingNanoUsdPerMonth }) => saving?.leastPerMonthNanoUsd ?? savingNanoUsdPerMonth,
  );
  if (most !== other) return (most ?? 0n) > (other ?? 0n) ? -1 : 1;
  return left.id < right.id ? -1 : 1;
}
