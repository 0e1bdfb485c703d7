import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import { cardInForce, type RateCard } from '../pricing/rate-card.ts';
import {
  costOf,
  isLongRequest,
  lineCostOf,
  type LineItem,
  lineItemsOf,
  type Meter,
  type Rate,
} from '../pricing/rate.ts';
import { resolveRate, type Terms } from '../pricing/resolve-rate.ts';

/**
 * What a posting booked for one meter. `price` is the organization's own, `listPrice` the public one.
 * The cost is quantity times price only where nobody stated another one.
 */
export type MeteredCost = LineItem & { listPrice: NanoUsd; bookedNanoUsd: NanoUsd };

/** `isLong`: the request has the prices of long ones. */
export type MeteredCosts = { items: MeteredCost[]; isLong: boolean };

/**
 * Splits what a posting booked for its usage over the meters of its model. The parts add up to it
 * exactly: each is proportional to its line item, and rounding down carries on to the next part. No
 * items if the posting counts nothing, or nothing in it has a price any more.
 * @param ownCards the organization's cards of the posting's model
 */
export function meteredCostsOf(posting: Posting, ownCards: readonly RateCard[]): MeteredCosts {
  const { usage } = posting;
  const { contracted, list } = ratesOf(posting, ownCards);
  if (!contracted || !reportsUsage(posting)) return { items: [], isLong: false };
  const listPrices = new Map<Meter, NanoUsd>(
    (list ? lineItemsOf(usage, list) : []).map(({ meter, price }) => [meter, price]),
  );
  const priced = lineItemsOf(usage, contracted).map((item) => ({
    ...item,
    listPrice: listPrices.get(item.meter) ?? item.price,
  }));
  const charged = priced.filter(({ price, listPrice }) => price + listPrice > 0n);
  const items = charged.length > 0 ? charged : priced;
  const parts = partsOf(bookedForUsage(posting), items.map(lineCostOf));
  return {
    items: items.map((item, index) => ({ ...item, bookedNanoUsd: parts[index] ?? 0n })),
    isLong: isLongRequest(usage, list ?? contracted),
  };
}

/** What a posting booked, without the presumption that it takes back. */
export const bookedForUsage = ({ amountNanoUsd, presumedNanoUsd = 0n }: Posting): NanoUsd =>
  amountNanoUsd + presumedNanoUsd;

/** On which terms a posting's usage was priced. */
export const termsOf = ({ region, terms }: Posting): Terms => ({
  ...terms,
  region: terms?.region ?? region,
});

/** A change of money alone counts nothing, and so implies no image or request either. */
const reportsUsage = ({ kind, usage }: Posting): boolean =>
  kind === 'settlement' || kind === 'charge' || Object.values(usage).some((count) => count);

/**
 * The rates at the organization's own and at public prices. Usage that was charged at the public
 * price, before an own card was set for its time, keeps it.
 */
function ratesOf(
  posting: Posting,
  ownCards: readonly RateCard[],
): { contracted?: Rate | undefined; list?: Rate | undefined } {
  const list = rateOf(posting, []);
  if (!cardInForce(ownCards, posting.occurredAtMs)) return { contracted: list, list };
  const own = rateOf(posting, ownCards);
  const pricedNanoUsd = posting.pricedNanoUsd ?? bookedForUsage(posting);
  const asPriced = [own, list].find(
    (rate) => rate && costOf(posting.usage, rate) === pricedNanoUsd,
  );
  return { contracted: asPriced ?? own ?? list, list: list ?? own };
}

function rateOf(posting: Posting, overrides: readonly RateCard[]): Rate | undefined {
  const { model, occurredAtMs: atMs } = posting;
  const resolution = resolveRate({ ...termsOf(posting), model, atMs, overrides });
  return resolution.ok ? resolution.rate : undefined;
}

/** Parts of an amount, proportional to weights, that add up to it. The first takes all if none has any. */
function partsOf(amount: NanoUsd, weights: readonly NanoUsd[]): NanoUsd[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) return weights.map((_, index) => (index === 0 ? amount : 0n));
  let reached = 0n;
  let given = 0n;
  return weights.map((weight) => {
    reached += weight;
    const part = (amount * reached) / total - given;
    given += part;
    return part;
  });
}
