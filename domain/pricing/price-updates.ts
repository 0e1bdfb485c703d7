/**
 * What happens daily where AWS's price list differs from an organization's rate cards. `propose`:
 * people are told. `apply`: people are told, and increases that look right become cards of the
 * organization.
 */
export const PRICE_UPDATES = ['off', 'propose', 'apply'] as const;
export type PriceUpdates = (typeof PRICE_UPDATES)[number];

/** In force until an organization chooses: nobody's prices change unasked, and nobody misses a change. */
export const DEFAULT_PRICE_UPDATES: PriceUpdates = 'propose';
