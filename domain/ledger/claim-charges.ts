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
    const { chargedNanoUsd } = entry;
    const leftNanoUsd = mostNanoUsd === undefined ? chargedNanoUsd : mostNanoUsd - countedNanoUsd;
    const countedOfIt = minNanoUsd(chargedNanoUsd, leftNanoUsd);
    countedNanoUsd += countedOfIt;
    if (countedOfIt === chargedNanoUsd) return entry;
    const disputedNanoUsd = chargedNanoUsd - countedOfIt;
    return { ...entry, deviations: ['claim-limit'], disputedNanoUsd, disputedAtMs: nowMs };
  });
  return { entries: claimed, countedNanoUsd };
}
