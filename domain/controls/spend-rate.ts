import type { NanoUsd } from '../money.ts';

const HOUR_MS = 3_600_000;

/**
 * Spend of the last 60 minutes, estimated from sums per UTC hour: all of this hour plus the part of
 * the previous hour that is still within 60 minutes, assuming that hour's spend was even (a sliding
 * window counter, as in rate limiters). Rounds down.
 */
export function spentWithinHour(
  { thisHour, hourBefore }: { thisHour: NanoUsd; hourBefore: NanoUsd },
  nowMs: number,
): NanoUsd {
  const remainingMs = HOUR_MS - (nowMs % HOUR_MS);
  return thisHour + (hourBefore * BigInt(remainingMs)) / BigInt(HOUR_MS);
}
