import { minNanoUsd, type NanoUsd } from '../money.ts';
import { type Claim, claimableNanoUsd } from './claim.ts';
import type { Entry } from './entry.ts';

/**
 * Counts charges against a claim. The part of an entry that exceeds what the key may still claim
 * this hour becomes disputed.
 * @param entries charges in the order in which they claim
 * @param claim `undefined` if the key has no limit
 * @returns the entries and the sum that counts
 */
export function claimCharges(
  entries: readonly Entry[],
  claim: Claim | undefined,
  nowMs: number,
): { entries: Entry[]; countedNanoUsd: NanoUsd } {
  const mostNanoUsd = claim && claimableNanoUsd(claim);
  let countedNanoUsd = 0n;
  const claimed = entries.map((entry): Entry => {
    const { chargedNanoUsd, deviations = [] } = entry;
    const undisputedNanoUsd = chargedNanoUsd - (entry.disputedNanoUsd ?? 0n);
    const leftNanoUsd =
      mostNanoUsd === undefined ? undisputedNanoUsd : mostNanoUsd - countedNanoUsd;
    const countedOfIt = minNanoUsd(undisputedNanoUsd, leftNanoUsd);
    countedNanoUsd += countedOfIt;
    if (countedOfIt === undisputedNanoUsd) return entry;
    const disputedNanoUsd = chargedNanoUsd - countedOfIt;
    return {
      ...entry,
      deviations: [...deviations, 'claim-limit'],
      disputedNanoUsd,
      disputedAtMs: nowMs,
    };
  });
  return { entries: claimed, countedNanoUsd };
}
