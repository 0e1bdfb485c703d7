import { maxNanoUsd, type NanoUsd } from '../money.ts';

const DAY_MS = 86_400_000;

type Raise = (amountNanoUsd: NanoUsd) => NanoUsd;

/**
 * Adjusts a forecast to what was already spent today (UTC): today's amounts, and the sum of all
 * days. If today's spend exceeds its forecast, the rest of the day is expected to continue as
 * usual.
 */
export function raisedBySpent(
  { expectedNanoUsd, spentNanoUsd }: { expectedNanoUsd: NanoUsd; spentNanoUsd: NanoUsd },
  nowMs: number,
): { ofToday: Raise; ofAll: Raise } {
  const isMore = spentNanoUsd > expectedNanoUsd;
  const restMs = BigInt(DAY_MS - (nowMs % DAY_MS));
  const ofToday: Raise = (amount) =>
    isMore ? spentNanoUsd + (amount * restMs) / BigInt(DAY_MS) : maxNanoUsd(amount, spentNanoUsd);
  const moreToday = ofToday(expectedNanoUsd) - expectedNanoUsd;
  return { ofToday, ofAll: (amount) => maxNanoUsd(amount + moreToday, spentNanoUsd) };
}
