import type { NanoUsd } from '../money.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import type { TokenUsage } from '../token-usage.ts';
import type { Endpoint } from './endpoint.ts';

/** The usage by which prices of endpoints are compared: regions differ in all prices alike. */
const TYPICAL: TokenUsage = {
  inputTokens: 4_000,
  outputTokens: 1_000,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

export type PricedEndpoint<Of extends Endpoint = Endpoint> = { endpoint: Of; costNanoUsd: NanoUsd };

/**
 * Endpoints with what typical usage costs there. Those without a known price are left out, because
 * nothing can be reserved for them.
 * @param rateOf the price of a model in a region; `undefined` if it is not known
 */
export const pricedEndpoints = <Of extends Endpoint>(
  endpoints: readonly Of[],
  rateOf: (endpoint: Of) => Rate | undefined,
): PricedEndpoint<Of>[] =>
  endpoints.flatMap((endpoint) => {
    const rate = rateOf(endpoint);
    return rate ? [{ endpoint, costNanoUsd: costOf(TYPICAL, rate) }] : [];
  });

/**
 * The endpoint whose price a reservation has to hold, so that it suffices whichever of them serves
 * the request; settlement then books the one that did.
 */
export const dearestOf = <Of extends Endpoint>(
  priced: readonly PricedEndpoint<Of>[],
): Of | undefined =>
  priced.reduce<PricedEndpoint<Of> | undefined>(
    (dearest, each) => (dearest && dearest.costNanoUsd >= each.costNanoUsd ? dearest : each),
    undefined,
  )?.endpoint;

/** Each endpoint's place by price, the cheapest first; the same price is the same place. */
export function priceRanks(priced: readonly PricedEndpoint[]): ReadonlyMap<Endpoint, number> {
  const costs = [...new Set(priced.map(({ costNanoUsd }) => costNanoUsd))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  return new Map(priced.map(({ endpoint, costNanoUsd }) => [endpoint, costs.indexOf(costNanoUsd)]));
}
