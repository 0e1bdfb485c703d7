import { divideRoundingUp, parseUsd, type NanoUsd } from '../money.ts';
import { type BilledUnit, unitFacts } from '../token-usage.ts';
import type { Place } from './model-id.ts';
import type { NanoUsdPerMillion, UnitRate, Units } from './rate.ts';

/**
 * Prices per million tokens. An unknown cache price is charged as plain input. A price is 0 only if
 * a model has no such tokens or does not charge for them (embeddings have no output, rerankers
 * charge per request), or if the source of an organization's card says so (a self-hosted model). An
 * unknown price is never 0.
 */
export type Prices = {
  inputNanoUsdPerMillion: NanoUsdPerMillion;
  outputNanoUsdPerMillion: NanoUsdPerMillion;
  cacheReadNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
  /** A cache write that lasts five minutes. */
  cacheWriteNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
  /** A cache write that lasts one hour. */
  cacheWriteOneHourNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
};

/** The prices of one place, including those of long requests if they differ. */
export type PriceList = Prices & {
  longContext?: (Prices & { aboveInputTokens: number }) | undefined;
};

/** One model's prices from a given time until its next card begins. */
export type RateCard = PriceList &
  UnitRate & {
    /** Model stem (`modelStem`). */
    model: string;
    effectiveFromMs: number;
    /** The publisher of the price, and the day on which it was read there. */
    source: string;
    sourceDate: string;
    /** The first instant at which the price no longer applies, and why (a promotion, a retirement). */
    effectiveUntilMs?: number | undefined;
    endReason?: string | undefined;
    /** The UTC day on which the prices were last compared with a source. Default: `sourceDate`. */
    pricesCheckedAt?: string | undefined;
    /** What sources disagree about, or do not say. */
    doubt?: string | undefined;
    /** Where a name without a profile and a region is served, if not at the card's own prices. */
    servedIn?: Place | undefined;
    /**
     * Regions in which the card's own prices are known to apply. Elsewhere, and where `geographic`
     * has no entry, the dearest known price applies. Absent if the card's own prices apply.
     */
    knownRegions?: readonly string[] | undefined;
    /**
     * Tier prices in percent of the standard price; absent if the model does not offer the tier.
     */
    batchPercent?: number | undefined;
    flexPercent?: number | undefined;
    priorityPercent?: number | undefined;
    /** Price of a model's fast mode, in percent of the price of its tier. */
    fastPercent?: number | undefined;
    /**
     * Prices per image by size, quality or both, as the provider names them. `units.images` prices
     * requests that name none of them.
     */
    imageVariants?: Readonly<Record<string, NanoUsd | undefined>> | undefined;
    /**
     * Whether the `inputTokens` that Amazon Bedrock's Converse reports for this model include its
     * cached tokens. Absent if the reader's own rule decides.
     */
    inputIncludesCache?: boolean | undefined;
    /** Prices of places that differ. The card's own prices apply everywhere else. */
    geographic?: Partial<Record<Place, PriceList>> | undefined;
    /**
     * Only in an organization's card: this name (an application inference profile) costs whatever
     * that model costs at the time, through that profile. The card's own prices are a snapshot from
     * the day it was set, for display only.
     */
    sameAs?: string | undefined;
  };

/** The source of a card whose author named none. */
export const UNNAMED_SOURCE = 'set by the organization';

/**
 * Whether a card has a price of 0 that its kind does not explain: a model charged per image or per
 * request needs no price per token.
 */
export function hasFreePrice(card: Omit<RateCard, 'model'>): boolean {
  const { units = {}, imageVariants = {}, geographic = {}, longContext } = card;
  const places = Object.values(geographic).flatMap((place) => [place, place?.longContext]);
  const unitPrices = [...Object.values(units), ...Object.values(imageVariants)];
  return (
    [...unitPrices, ...cachePricesOf(card)].includes(0n) ||
    [...(isPricedByUnit(card) ? [] : [card]), longContext, ...places].some(
      (list) =>
        list &&
        [
          list.inputNanoUsdPerMillion,
          list.outputNanoUsdPerMillion,
          ...cachePricesOf(list),
        ].includes(0n),
    )
  );
}

/** Whether a model has prices of units, so that its tokens may have none. */
export const isPricedByUnit = ({ units = {}, imageVariants }: Partial<RateCard>): boolean =>
  imageVariants !== undefined || Object.values(units).some((price) => price !== undefined);

const cachePricesOf = (prices: Prices): (NanoUsdPerMillion | undefined)[] => [
  prices.cacheReadNanoUsdPerMillion,
  prices.cacheWriteNanoUsdPerMillion,
  prices.cacheWriteOneHourNanoUsdPerMillion,
];

/** The card in force at a given time: the latest one that has begun, unless it has ended. */
export function cardInForce(cards: Iterable<RateCard>, atMs: number): RateCard | undefined {
  const latest = latestBegun(cards, atMs);
  return latest && hasEnded(latest, atMs) ? undefined : latest;
}

/** The card that was in force last, if it has ended and none has begun since. */
export function lastEnded(cards: Iterable<RateCard>, atMs: number): RateCard | undefined {
  const latest = latestBegun(cards, atMs);
  return latest && hasEnded(latest, atMs) ? latest : undefined;
}

/** The next card that has been announced. */
export const nextCard = (cards: Iterable<RateCard>, atMs: number): RateCard | undefined =>
  [...cards]
    .filter(({ effectiveFromMs }) => effectiveFromMs > atMs)
    .toSorted((left, right) => left.effectiveFromMs - right.effectiveFromMs)[0];

const hasEnded = ({ effectiveUntilMs }: RateCard, atMs: number): boolean =>
  effectiveUntilMs !== undefined && effectiveUntilMs <= atMs;

function latestBegun(cards: Iterable<RateCard>, atMs: number): RateCard | undefined {
  let latest: RateCard | undefined;
  for (const card of cards) {
    if (card.effectiveFromMs > atMs) continue;
    if (!latest || card.effectiveFromMs >= latest.effectiveFromMs) latest = card;
  }
  return latest;
}

/** Prices that were last compared with a source longer ago than this are stale. */
export const STALE_AFTER_DAYS = 60;
const DAY_MS = 86_400_000;

/** Whether a card's prices were compared with a source too long ago. */
export const isStale = ({ pricesCheckedAt, sourceDate }: RateCard, atMs: number): boolean =>
  atMs - Date.parse(pricesCheckedAt ?? sourceDate) > STALE_AFTER_DAYS * DAY_MS;

/**
 * Exact nano-dollars per million tokens or per image: `"0.25"` → `250_000_000n`. @throws Error on
 * any other text
 */
export function positiveUsd(text: string): NanoUsd {
  const price = parseUsd(text);
  if (price === undefined || price <= 0n) throw new Error(`not a price: ${text}`);
  return price;
}

/** Scales every price of a list to a percentage, rounding up. */
export function scaledPrices(list: PriceList, percent: number): PriceList {
  const { longContext } = list;
  return {
    ...scaled(list, percent),
    longContext: longContext && {
      ...scaled(longContext, percent),
      aboveInputTokens: longContext.aboveInputTokens,
    },
  };
}

/** Scales prices of units to a percentage, rounding up. Calls of tools have no discount. */
export function scaledUnits({ units }: UnitRate, percent: number): UnitRate {
  if (!units) return {};
  const priced = Object.entries(units).filter(([, price]) => price !== undefined);
  const scaledPairs = priced.map(([unit, price]) => [
    unit,
    scale(price ?? 0n, unitFacts(unit as BilledUnit).isTool ? 100 : percent),
  ]);
  return { units: Object.fromEntries(scaledPairs) as Units };
}

const scale = (price: bigint, percent: number): bigint =>
  divideRoundingUp(price * BigInt(percent), 100n);

function scaled(prices: Prices, percent: number): Prices {
  const optional = (price: NanoUsdPerMillion | undefined): NanoUsdPerMillion | undefined =>
    price === undefined ? undefined : scale(price, percent);
  return {
    inputNanoUsdPerMillion: scale(prices.inputNanoUsdPerMillion, percent),
    outputNanoUsdPerMillion: scale(prices.outputNanoUsdPerMillion, percent),
    cacheReadNanoUsdPerMillion: optional(prices.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: optional(prices.cacheWriteNanoUsdPerMillion),
    cacheWriteOneHourNanoUsdPerMillion: optional(prices.cacheWriteOneHourNanoUsdPerMillion),
  };
}
