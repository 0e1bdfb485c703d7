import type { NanoUsd } from '../money.ts';

/**
 * Which cost an organization books when a provider reports its own: the price from the rate card or
 * the reported cost. The entry keeps both.
 */
export const COST_BASES = ['priced', 'reported'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** In force until an organization chooses. */
export const DEFAULT_COST_BASIS: CostBasis = 'priced';

/** The costs of one request as the caller states, the provider reports and the card prices it. */
type Costs = {
  statedNanoUsd?: NanoUsd | undefined;
  reportedNanoUsd?: NanoUsd | undefined;
  pricedNanoUsd: NanoUsd;
};

/** The cost that is charged. What the caller states takes precedence. */
export const bookedNanoUsd = (
  { statedNanoUsd, reportedNanoUsd, pricedNanoUsd }: Costs,
  basis: CostBasis,
): NanoUsd =>
  statedNanoUsd ?? (basis === 'reported' ? reportedNanoUsd : undefined) ?? pricedNanoUsd;
