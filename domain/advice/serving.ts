import type { NanoUsd } from '../money.ts';
import { type Rate, wholeCostOf } from '../pricing/rate.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import type { TokenUsage } from '../token-usage.ts';
import type { SampledRequest } from './day-sample.ts';

/** Looks up a model's price, including the organization's own cards; `undefined` if unknown. */
export type RateOf = (rateQuery: {
  model: string;
  region?: string | undefined;
  tier?: ServiceTier | undefined;
}) => Rate | undefined;

/** How a request is served, as far as it decides the price. */
export type Served = {
  model: string;
  region?: string | undefined;
  tier: ServiceTier;
  usage: TokenUsage;
};

/**
 * A change of how a request is served. Changes compose: each takes what the one before it made. A
 * request that is not made costs nothing.
 */
export type Serve = (request: SampledRequest, served: Served) => Served | 'not-made';

/** How a request was served. */
export const servedAs = ({ model, region, serviceTier, usage }: SampledRequest): Served => ({
  model,
  region,
  tier: serviceTier ?? 'standard',
  usage,
});

/** Applies changes one after another. */
export const servedAfter =
  (changes: readonly Serve[]): Serve =>
  (request, served) =>
    changes.reduce<Served | 'not-made'>(
      (state, change) => (state === 'not-made' ? state : change(request, state)),
      served,
    );

/** The price of a request as served; `undefined` if its model or any of its usage has no price. */
export function priceOf(served: Served | 'not-made', rateOf: RateOf): NanoUsd | undefined {
  if (served === 'not-made') return 0n;
  const rate = rateOf(served);
  return rate && wholeCostOf(served.usage, rate);
}
