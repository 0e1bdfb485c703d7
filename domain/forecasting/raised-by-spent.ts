import { maxNanoUsd, type NanoUsd } from '../money.ts';

const DAY_MS = 86_400_000;

type Raise = (amountNanoUsd: NanoUsd) => NanoUsd;

/**
 * How amounts of a forecast change once so much of today (UTC) is spent: those of today, and those of
 * all its days together. Where more is spent than was expected of all of today, the rest of the day is
 * expected to go on as days do.
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
