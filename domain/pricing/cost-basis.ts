/**
 * What is booked where a provider reports its own cost beside the usage: the price by the rate card,
 * or the reported cost. The other is kept beside it.
 */
export const COST_BASES = ['priced', 'reported'] as const;
export type CostBasis = (typeof COST_BASES)[number];
