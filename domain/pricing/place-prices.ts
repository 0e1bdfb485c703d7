import { divideRoundingUp, maxNanoUsd } from '../money.ts';
import { ownValue } from '../own-value.ts';
import { geographyOf, parseModelId, type Place } from './model-id.ts';
import type { PriceList, Prices, RateCard } from './rate-card.ts';

/**
 * How a price in a place is known. `listed`: the card states it. `dearest-known`: the card states
 * no price for this region, so the highest one that it knows applies.
 */
export const PRICE_BASES = ['listed', 'dearest-known'] as const;
export type PriceBasis = (typeof PRICE_BASES)[number];

/** A card's complete prices for the place that serves a request, and how they are known. */
export function pricesIn(
  card: RateCard,
  model: string,
  requestRegion: string | undefined,
): { prices: PriceList; basis: PriceBasis } {
  const { geographic = {} } = card;
  const { profile, region, places } = servedAt(model, requestRegion, card.servedIn);
  // Callers can send any text as a region, so look only at the card's own places.
  const place = places.find((item) => Object.hasOwn(geographic, item));
  const list = place && ownValue(geographic, place);
  const rivals = rivalsOf(card, { profile, region, place });
  if (rivals.length === 0) {
    return { prices: list ? completed(list, card) : card, basis: 'listed' };
  }
  const lists = rivals.map((rival) => completed(rival, card));
  return { prices: lists.reduce(dearest), basis: 'dearest-known' };
}

type Served = { profile?: string | undefined; region?: string | undefined };

/** Where a request is served, and the places that may price it, the most specific first. */
function servedAt(
  model: string,
  requestRegion: string | undefined,
  servedIn: Place | undefined,
): Served & { places: Place[] } {
  const id = parseModelId(model);
  const region = id.region ?? requestRegion;
  if (id.profile !== undefined) {
    const source = region === undefined ? [] : [`${id.profile}/${region}` as Place];
    const profile = id.geography === undefined ? [] : [id.geography];
    return { profile: id.profile, region, places: [...source, ...profile] };
  }
  if (region === undefined) return { places: servedIn === undefined ? [] : [servedIn] };
  return { region, places: [region as Place, id.geography ?? geographyOf(region)] };
}

/**
 * The card's prices from which to take the highest, if it does not state this one. Empty if it does.
 * The price of a profile that depends on the caller's region is known only for the listed regions.
 */
function rivalsOf(
  card: RateCard,
  { profile, region, place }: Served & { place?: Place | undefined },
) {
  const { geographic = {}, knownRegions } = card;
  const entries = Object.entries(geographic).flatMap(([name, list]) =>
    list === undefined ? [] : [{ name, list }],
  );
  if (profile !== undefined && place !== undefined) {
    const isBySource = entries.some(({ name }) => name.startsWith(`${profile}/`));
    if (!isBySource || region === undefined || place.includes('/')) return [];
    return entries
      .filter(({ name }) => name === profile || name.startsWith(`${profile}/`))
      .map(({ list }) => list);
  }
  if (place !== undefined || knownRegions === undefined || profile === 'global') return [];
  if (profile === 'us' || (profile === undefined && region === undefined)) return [];
  if (profile === undefined && knownRegions.includes(region ?? '')) return [];
  const isRival = (name: string): boolean => profile !== undefined || /\d$|^in-region$/.test(name);
  return [card, ...entries.filter(({ name }) => isRival(name)).map(({ list }) => list)];
}

/**
 * A place's prices. Prices that it does not state keep the ratio to the input price that they have on
 * the card. A long request never costs less than a short one.
 */
export function completed(list: PriceList, card: RateCard): PriceList {
  const long = card.longContext;
  return {
    ...withRatios(list, list, card, card),
    longContext: list.longContext
      ? {
          ...withRatios(list.longContext, list, long ?? card, card),
          aboveInputTokens: list.longContext.aboveInputTokens,
        }
      : long && { ...longAt(list, card, long), aboveInputTokens: long.aboveInputTokens },
  };
}

/** Fills in cache prices: the model's, scaled by how the place's input price differs. */
function withRatios(prices: Prices, place: Prices, model: Prices, card: Prices): Prices {
  const own = card.inputNanoUsdPerMillion;
  const scaled = (price: bigint | undefined): bigint | undefined =>
    price === undefined || own === 0n
      ? price
      : divideRoundingUp(price * place.inputNanoUsdPerMillion, own);
  return {
    inputNanoUsdPerMillion: prices.inputNanoUsdPerMillion,
    outputNanoUsdPerMillion: prices.outputNanoUsdPerMillion,
    cacheReadNanoUsdPerMillion:
      prices.cacheReadNanoUsdPerMillion ?? scaled(model.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion:
      prices.cacheWriteNanoUsdPerMillion ?? scaled(model.cacheWriteNanoUsdPerMillion),
    cacheWriteOneHourNanoUsdPerMillion:
      prices.cacheWriteOneHourNanoUsdPerMillion ?? scaled(model.cacheWriteOneHourNanoUsdPerMillion),
  };
}

function longAt(place: Prices, card: Prices, long: Prices): Prices {
  const scaled = (price: bigint, placePrice: bigint, own: bigint): bigint =>
    own === 0n ? price : divideRoundingUp(price * placePrice, own);
  const { inputNanoUsdPerMillion: input, outputNanoUsdPerMillion: output } = place;
  const prices = {
    inputNanoUsdPerMillion: maxNanoUsd(
      scaled(long.inputNanoUsdPerMillion, input, card.inputNanoUsdPerMillion),
      input,
    ),
    outputNanoUsdPerMillion: maxNanoUsd(
      scaled(long.outputNanoUsdPerMillion, output, card.outputNanoUsdPerMillion),
      output,
    ),
  };
  return withRatios(prices, place, long, card);
}

/** The higher price of each kind. */
function dearest(left: PriceList, right: PriceList): PriceList {
  const { longContext: first, ...rest } = left;
  const { longContext: second } = right;
  const long = first && second ? dearestPrices(first, second) : (first ?? second);
  const above = first?.aboveInputTokens ?? second?.aboveInputTokens;
  return {
    ...dearestPrices(rest, right),
    longContext: long && above !== undefined ? { ...long, aboveInputTokens: above } : undefined,
  };
}

function dearestPrices(left: Prices, right: Prices): Prices {
  const higher = (first: bigint | undefined, second: bigint | undefined): bigint | undefined =>
    first === undefined || second === undefined ? (first ?? second) : maxNanoUsd(first, second);
  return {
    inputNanoUsdPerMillion: maxNanoUsd(left.inputNanoUsdPerMillion, right.inputNanoUsdPerMillion),
    outputNanoUsdPerMillion: maxNanoUsd(
      left.outputNanoUsdPerMillion,
      right.outputNanoUsdPerMillion,
    ),
    cacheReadNanoUsdPerMillion: higher(
      left.cacheReadNanoUsdPerMillion,
      right.cacheReadNanoUsdPerMillion,
    ),
    cacheWriteNanoUsdPerMillion: higher(
      left.cacheWriteNanoUsdPerMillion,
      right.cacheWriteNanoUsdPerMillion,
    ),
    cacheWriteOneHourNanoUsdPerMillion: higher(
      left.cacheWriteOneHourNanoUsdPerMillion,
      right.cacheWriteOneHourNanoUsdPerMillion,
    ),
  };
}
