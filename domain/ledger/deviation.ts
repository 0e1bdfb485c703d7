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
 * more unreserved spend in one hour than the credential may claim.
 */
export type Deviation = (typeof DEVIATIONS)[number];
