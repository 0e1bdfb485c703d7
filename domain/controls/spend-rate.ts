import type { NanoUsd } from '../money.ts';

const HOUR_MS = 3_600_000;

/**
 * What was spent in the 60 minutes before an instant, from sums per UTC hour: this hour's, and as much
 * of the hour before as still lies within 60 minutes, as if it had been spent evenly (the sliding
 * window counter of rate limiters). Rounded down.
 */
export function spentWithinHour(
  { thisHour, hourBefore }: { thisHour: NanoUsd; hourBefore: NanoUsd },
  nowMs: number,
): NanoUsd {
  const remainingMs = HOUR_MS - (nowMs % HOUR_MS);
  return thisHour + (hourBefore * BigInt(remainingMs)) / BigInt(HOUR_MS);
}
