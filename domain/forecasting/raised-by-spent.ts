import { maxNanoUsd, type NanoUsd } from '../money.ts';

type Raise = (amountNanoUsd: NanoUsd) => NanoUsd;

/**
 * Adjusts a forecast to what was already spent today: today's amounts, and the sum of all
 * days. If today's spend exceeds its forecast, the rest of the day is expected to continue as
 * usual.
 */
export function raisedBySpent(
  { expectedNanoUsd, spentNanoUsd }: { expectedNanoUsd: NanoUsd; spentNanoUsd: NanoUsd },
  { restMs, dayMs }: { restMs: number; dayMs: number },
): { ofToday: Raise; ofAll: Raise } {
  const isMore = spentNanoUsd > expectedNanoUsd;
  const ofToday: Raise = (amount) =>
    isMore
      ? spentNanoUsd + (amount * BigInt(restMs)) / BigInt(dayMs)
      : maxNanoUsd(amount, spentNanoUsd);
  const moreToday = ofToday(expectedNanoUsd) - expectedNanoUsd;
  return { ofToday, ofAll: (amount) => maxNanoUsd(amount + moreToday, spentNanoUsd) };
}
