import { maxNanoUsd, minNanoUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';

export const DEVIATIONS = [
  'above-price',
  'below-price',
  'other-model',
  'late',
  'claim-limit',
] as const;
/**
 * How what a caller stated differs from what was to be expected: a cost far above or far below the
 * price of the usage, a cheaper model than the reserved one, a settlement long after the expiry, or
 * more spend without a reservation in one hour than the credential may claim.
 */
export type Deviation = (typeof DEVIATIONS)[number];

/** A stated cost is far from the price when it is more than so many times off, */
export const FAR_FACTOR = 3n;
/** and further off than this. */
export const FAR_FLOOR_NANO_USD = NANO_PER_USD / 100n;
/** A settlement later than this after expiry needs an operator before it lowers the presumed cost. */
export const LATE_AFTER_MS = 86_400_000;

/** What was said when a reservation ended, and what it is measured by. */
export type Statement = {
  chargedNanoUsd: NanoUsd;
  /** What the usage costs by the price of the model that served it. */
  pricedNanoUsd: NanoUsd;
  /** What it would have cost with the model that was reserved. */
  reservedModelNanoUsd: NanoUsd;
  /** What the ledger would charge had nothing been said. */
  presumedNanoUsd: NanoUsd;
  /** Since its expiry; negative before. */
  lateByMs: number;
  /** What the credential may still claim in this hour above what was held; absent without a limit. */
  claimableNanoUsd?: NanoUsd | undefined;
  heldNanoUsd: NanoUsd;
  /** An operator states it: what deviates is marked, and nothing of it waits to be confirmed. */
  isConfirmed?: boolean | undefined;
};

export type Judgment = { deviations: Deviation[]; disputedNanoUsd: NanoUsd };

const isFarAbove = (left: NanoUsd, right: NanoUsd): boolean =>
  left > FAR_FACTOR * right && left - right > FAR_FLOOR_NANO_USD;

/**
 * How a settlement deviates, and which part of its cost is disputed: of a cost stated far above the
 * price, what is above both price and hold; what is above the hold and can be claimed no more in this
 * hour; and, negative, what a late settlement would take back of what was presumed.
 */
export function judgeStatement(statement: Statement): Judgment {
  const { chargedNanoUsd, pricedNanoUsd, presumedNanoUsd, heldNanoUsd, isConfirmed } = statement;
  const deviations: Deviation[] = [];
  let countedNanoUsd = chargedNanoUsd;
  if (isFarAbove(chargedNanoUsd, pricedNanoUsd)) {
    deviations.push('above-price');
    // What was held restricts nobody more than the hold did, and may be true.
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
