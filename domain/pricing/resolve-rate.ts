import { builtInCards } from './built-in-cards.ts';
import { modelStem, parseModelId, opaqueName, variantOf } from './model-id.ts';
import { type PriceBasis, pricesIn } from './place-prices.ts';
import type { Rate, TokenRate, UnitRate } from './rate.ts';
import {
  cardInForce,
  lastEnded,
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
  /** Where the answer says that it was served. Its price must be known. */
  place?: string | undefined;
  tier?: ServiceTier | undefined;
  speed?: Speed | undefined;
  /** Size, quality or both of images, as a card's `imageVariants` names them. */
  imageVariant?: string | undefined;
  atMs: number;
  /** Cards by model stem. Defaults to the built-in ones. */
  cards?: Pick<ReadonlyMap<string, readonly RateCard[]>, 'get' | 'has'> | undefined;
  /**
   * The organization's own cards of this model. One in force takes precedence over all other cards.
   */
  overrides?: readonly RateCard[] | undefined;
};

/** Everything but the model and the time that decides the price of a request. */
export type Terms = Pick<RateRequest, 'region' | 'place' | 'tier' | 'speed' | 'imageVariant'>;

/** Why there is no price. `whyUnpriced` explains it to people. */
export type Unpriced =
  | 'unknown-model'
  | 'profile-without-card'
  | 'throughput-without-card'
  | 'not-yet-in-force'
  | 'ended'
  | 'variant-without-card'
  | 'no-fast-price'
  | 'no-place-price'
  | 'no-variant-price'
  | `no-${Exclude<ServiceTier, 'standard'>}-price`;

/** `card`: the last one that was in force, or the one that lacks this price. */
export type Refusal = { ok: false; reason: Unpriced; card?: RateCard | undefined };

export type RateResolution = { ok: true; rate: Rate; card: RateCard; basis: PriceBasis } | Refusal;

/**
 * The price of a model in a region and service tier at a given time. Refuses if the price is
 * unknown; never returns zero instead.
 */
export function resolveRate(request: RateRequest): RateResolution {
  const {
    model,
    region,
    place,
    tier = 'standard',
    speed = 'standard',
    imageVariant,
    atMs,
    cards = builtInCards,
    overrides = [],
  } = request;
  const dated = cards.get(modelStem(model)) ?? [];
  const card = cardInForce(overrides, atMs) ?? cardInForce(dated, atMs);
  if (!card) {
    const ended = lastEnded([...dated, ...overrides], atMs);
    if (ended) return { ok: false, reason: 'ended', card: ended };
    const later = overrides.length + dated.length > 0;
    return { ok: false, reason: later ? 'not-yet-in-force' : whyUnknown(model, cards) };
  }
  // This ends, because no card points at a name that only another card prices.
  if (card.sameAs !== undefined)
    return resolveRate({ ...request, model: card.sameAs, overrides: [] });
  const isPlaced = parseModelId(model).profile !== undefined;
  if (place !== undefined && !isPlaced && !Object.hasOwn(card.geographic ?? {}, place)) {
    return { ok: false, reason: 'no-place-price', card };
  }
  const { prices, basis } = pricesIn(card, model, place ?? region);
  const list = { ...prices, ...unitsOf(card, imageVariant) };
  if (imageVariant !== undefined && card.imageVariants && list.units?.images === undefined) {
    return { ok: false, reason: 'no-variant-price', card };
  }
  const percents = percentsOf(card, tier, speed);
  if (!Array.isArray(percents)) return { ok: false, reason: percents, card };
  const { inputIncludesCache } = card;
  const rate = {
    ...rateOf(percents.reduce(scaledBy, list)),
    ...(inputIncludesCache === undefined ? {} : { inputIncludesCache }),
  };
  return { ok: true, rate, card, basis };
}

/** The percentages for a tier and a speed, or which of them has no price. */
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

/** Prices of units. If the request names an image variant, images have that variant's price. */
function unitsOf({ units, imageVariants }: RateCard, imageVariant: string | undefined): UnitRate {
  if (imageVariants === undefined || imageVariant === undefined) return { units };
  return { units: { ...units, images: ownValue(imageVariants, imageVariant) } };
}

function whyUnknown(model: string, cards: Pick<ReadonlyMap<string, unknown>, 'has'>): Unpriced {
  const opaque = opaqueName(model);
  if (opaque === undefined) {
    const variant = variantOf(model);
    return variant && cards.has(modelStem(variant.model))
      ? 'variant-without-card'
      : 'unknown-model';
  }
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
