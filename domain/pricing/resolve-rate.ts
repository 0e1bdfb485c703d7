import { maxNanoUsd } from '../money.ts';
import { builtInCards } from './built-in-cards.ts';
import { geographyOf, modelStem, opaqueName, parseModelId, type Place } from './model-id.ts';
import type { Rate, TokenRate, UnitRate } from './rate.ts';
import {
  cardInForce,
  scaledPrices,
  scaledUnits,
  type PriceList,
  type Prices,
  type RateCard,
} from './rate-card.ts';
import type { ServiceTier, Speed } from './service-tier.ts';
import { ownValue } from '../own-value.ts';

export type RateRequest = {
  /** The model as the caller wrote it, in any form that `parseModelId` reads. */
  model: string;
  /** Region that serves the request. A bare id in a region pays that region's premium. */
  region?: string | undefined;
  tier?: ServiceTier | undefined;
  speed?: Speed | undefined;
  /** Size, quality or both of images, as a card's `imageVariants` names them. */
  imageVariant?: string | undefined;
  atMs: number;
  /** Cards by model stem. Defaults to the built-in ones. */
  cards?: ReadonlyMap<string, readonly RateCard[]> | undefined;
  /**
   * The organization's own cards of this model. One in force takes precedence over all other cards.
   */
  overrides?: readonly RateCard[] | undefined;
};

/** Why there is no price. `whyUnpriced` explains it to people. */
export type Unpriced =
  | 'unknown-model'
  | 'profile-without-card'
  | 'throughput-without-card'
  | 'not-yet-in-force'
  | 'no-fast-price'
  | 'no-variant-price'
  | `no-${Exclude<ServiceTier, 'standard'>}-price`;

export type RateResolution =
  { ok: true; rate: Rate; card: RateCard } | { ok: false; reason: Unpriced };

/**
 * The price of a model in a region and service tier at a given time. Refuses if the price is
 * unknown; never returns zero instead.
 */
export function resolveRate({
  model,
  region,
  tier = 'standard',
  speed = 'standard',
  imageVariant,
  atMs,
  cards = builtInCards,
  overrides = [],
}: RateRequest): RateResolution {
  const dated = cards.get(modelStem(model)) ?? [];
  const card = cardInForce(overrides, atMs) ?? cardInForce(dated, atMs);
  if (!card) {
    const later = overrides.length + dated.length > 0;
    return { ok: false, reason: later ? 'not-yet-in-force' : whyUnknown(model) };
  }
  // This ends, because no card points at a name that only another card prices.
  if (card.sameAs !== undefined)
    return resolveRate({ model: card.sameAs, region, tier, speed, imageVariant, atMs, cards });
  const list = { ...pricesIn(card, model, region), ...unitsOf(card, imageVariant) };
  if (imageVariant !== undefined && card.imageVariants && list.units?.images === undefined) {
    return { ok: false, reason: 'no-variant-price' };
  }
  const percents = percentsOf(card, tier, speed);
  if (!Array.isArray(percents)) return { ok: false, reason: percents };
  return { ok: true, rate: rateOf(percents.reduce(scaledBy, list)), card };
}

/** What a tier and a speed cost in percent of the price before, or the one without a price. */
function percentsOf(card: RateCard, tier: ServiceTier, speed: Speed): number[] | Unpriced {
  const percents: number[] = [];
  if (tier !== 'standard') {
    const percent = card[`${tier}Percent`];
    if (percent === undefined) return `no-${tier}-price`;
    percents.push(percent);
  }
  if (speed === 'standard') return percents;
  return card.fastPercent === undefined ? 'no-fast-price' : [...percents, card.fastPercent];
}

const scaledBy = (list: UnitPriceList, percent: number): UnitPriceList => ({
  ...scaledPrices(list, percent),
  ...scaledUnits(list, percent),
});

type UnitPriceList = PriceList & UnitRate;

/** Prices of units, with that of the image variant in place of the price of any image. */
function unitsOf({ units, imageVariants }: RateCard, imageVariant: string | undefined): UnitRate {
  if (imageVariants === undefined || imageVariant === undefined) return { units };
  return { units: { ...units, images: ownValue(imageVariants, imageVariant) } };
}

function pricesIn(card: RateCard, model: string, requestRegion: string | undefined): PriceList {
  const { geographic = {}, longContext: long } = card;
  // Callers can send any text as a region, so look only at the card's own places.
  const place = placesOf(model, requestRegion).find((item) => Object.hasOwn(geographic, item));
  const placePrices = place && ownValue(geographic, place);
  if (!placePrices) return card;
  if (placePrices.longContext || !long) return placePrices;
  // The place has no prices for long requests, so use the card's, unless the place's are higher.
  const longContext = {
    ...long,
    inputNanoUsdPerMillion: maxNanoUsd(
      long.inputNanoUsdPerMillion,
      placePrices.inputNanoUsdPerMillion,
    ),
    outputNanoUsdPerMillion: maxNanoUsd(
      long.outputNanoUsdPerMillion,
      placePrices.outputNanoUsdPerMillion,
    ),
  };
  return { ...placePrices, longContext };
}

/** The places that may price a request, most specific first. Empty if no premium can apply. */
function placesOf(model: string, requestRegion: string | undefined): Place[] {
  const id = parseModelId(model);
  if (id.profile !== undefined) return id.geography === undefined ? [] : [id.geography];
  const region = id.region ?? requestRegion;
  const own = region === undefined ? [] : [region as Place];
  if (id.geography !== undefined) return [...own, id.geography];
  return region === undefined ? [] : [...own, geographyOf(region)];
}

function whyUnknown(model: string): Unpriced {
  const opaque = opaqueName(model);
  if (opaque === undefined) return 'unknown-model';
  return opaque === 'application-inference-profile' || opaque === 'prompt-router'
    ? 'profile-without-card'
    : 'throughput-without-card';
}

function rateOf(list: UnitPriceList): Rate {
  const { longContext, units } = list;
  return {
    ...complete(list),
    ...(units && { units }),
    longContext: longContext && {
      aboveInputTokens: longContext.aboveInputTokens,
      rate: complete(longContext),
    },
  };
}

const complete = (prices: Prices): TokenRate => ({
  inputNanoUsdPerMillion: prices.inputNanoUsdPerMillion,
  outputNanoUsdPerMillion: prices.outputNanoUsdPerMillion,
  cacheReadNanoUsdPerMillion: prices.cacheReadNanoUsdPerMillion ?? prices.inputNanoUsdPerMillion,
  cacheWriteNanoUsdPerMillion: prices.cacheWriteNanoUsdPerMillion ?? prices.inputNanoUsdPerMillion,
  cacheWriteOneHourNanoUsdPerMillion: prices.cacheWriteOneHourNanoUsdPerMillion,
});
