import { maxNanoUsd, minNanoUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';

export const DEVIATIONS = [
  'above-price',
  'below-price',
  'other-model',
  'late',
  'claim-limit',
] as const;
/**
 * How a caller's statement differs from what was expected: a cost far above or below the price of
 * the usage, a cheaper model than the reserved one, a settlement long after expiry, or more
 * unreserved spend in one hour than the credential may claim.
 */
export type Deviation = (typeof DEVIATIONS)[number];

/** A stated cost is far from the price if it differs by more than this factor */
export const FAR_FACTOR = 3n;
/** and by more than this amount. */
export const FAR_FLOOR_NANO_USD = NANO_PER_USD / 100n;
/**
 * A settlement this long after expiry needs an operator's confirmation to lower the presumed cost.
 */
export const LATE_AFTER_MS = 86_400_000;

/** Whether a stated cost is far from the price of the usage. */
export const isFarFromPrice = (deviations: readonly Deviation[] = []): boolean =>
  deviations.includes('above-price') || deviations.includes('below-price');

/** What a caller stated at the end of a reservation, and what to compare it with. */
export type Statement = {
  chargedNanoUsd: NanoUsd;
  /** What the usage costs at the price of the model that served it. */
  pricedNanoUsd: NanoUsd;
  /** What the usage would have cost with the reserved model. */
  reservedModelNanoUsd: NanoUsd;
  /** What the ledger would charge without a settlement. */
  presumedNanoUsd: NanoUsd;
  /** Time since expiry; negative before it. */
  lateByMs: number;
  /** What the credential may still claim this hour above its hold; absent if it has no limit. */
  claimableNanoUsd?: NanoUsd | undefined;
  heldNanoUsd: NanoUsd;
  /** An operator made the statement, so deviations are marked but nothing needs confirmation. */
  isConfirmed?: boolean | undefined;
};

export type Judgment = { deviations: Deviation[]; disputedNanoUsd: NanoUsd };

const isFarAbove = (left: NanoUsd, right: NanoUsd): boolean =>
  left > FAR_FACTOR * right && left - right > FAR_FLOOR_NANO_USD;

/**
 * Decides how a settlement deviates and which part of its cost is disputed. If the cost is far
 * above the price, that is the part above both price and hold. If the key has used up its hourly
 * claim, it is the part above the hold that no longer fits. If the settlement is very late, it is
 * the amount it would lower the presumption by, as a negative number.
 */
export function judgeStatement(statement: Statement): Judgment {
  const { chargedNanoUsd, pricedNanoUsd, presumedNanoUsd, heldNanoUsd, isConfirmed } = statement;
  const deviations: Deviation[] = [];
  let countedNanoUsd = chargedNanoUsd;
  if (isFarAbove(chargedNanoUsd, pricedNanoUsd)) {
    deviations.push('above-price');
    // Trust costs up to the hold: they may be true, and the hold already restricted others by that
    // much.
    const believedNanoUsd = maxNanoUsd(pricedNanoUsd, heldNanoUsd);
    if (!isConfirmed) countedNanoUsd = minNanoUsd(chargedNanoUsd, believedNanoUsd);
  }
  if (isFarAbove(pricedNanoUsd, chargedNanoUsd)) deviations.push('below-price');
  if (pricedNanoUsd < statement.reservedModelNanoUsd) deviations.push('other-model');
  const claimable = statement.claimableNanoUsd;
  if (claimable !== undefined && countedNanoUsd - heldNanoUsd > claimable) {
    deviations.push('claim-limit');
    countedNanoUsd = heldNanoUsd + claimable;
  }
  if (statement.lateByMs > LATE_AFTER_MS) {
    deviations.push('late');
    if (!isConfirmed) countedNanoUsd = maxNanoUsd(countedNanoUsd, presumedNanoUsd);
  }
  return { deviations, disputedNanoUsd: chargedNanoUsd - countedNanoUsd };
}
