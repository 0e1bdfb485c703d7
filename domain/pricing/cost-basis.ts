/**
 * Which cost an organization books when a provider reports its own: the price from the rate card or
 * the reported cost. The entry keeps both.
 */
export const COST_BASES = ['priced', 'reported'] as const;
export type CostBasis = (typeof COST_BASES)[number];
