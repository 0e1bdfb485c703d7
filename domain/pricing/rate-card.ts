import { divideRoundingUp, parseUsd, type NanoUsd } from '../money.ts';
import type { Place } from './model-id.ts';
import type { NanoUsdPerMillion, UnitRate } from './rate.ts';

/**
 * Prices per million tokens. A cache price that is not known is charged as plain input. Input and
 * output are 0 only where a model has no such tokens or does not charge them (embeddings have no
 * output, rerankers charge requests); what is not known is never 0.
 */
export type Prices = {
  inputNanoUsdPerMillion: NanoUsdPerMillion;
  outputNanoUsdPerMillion: NanoUsdPerMillion;
  cacheReadNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
  /** Cache write that lives five minutes. */
  cacheWriteNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
  /** Cache write that lives one hour. */
  cacheWriteOneHourNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
};

/** The prices of one place, with those of long requests where they differ. */
export type PriceList = Prices & {
  longContext?: (Prices & { aboveInputTokens: number }) | undefined;
};

/** The prices of one model from one instant on, until a later card of the same model begins. */
export type RateCard = PriceList &
  UnitRate & {
    /** Model stem (`modelStem`). */
    model: string;
    effectiveFromMs: number;
    /** Who says so, and the day on which it was read there. */
    source: string;
    sourceDate: string;
    /** Prices of service tiers in percent of the standard price; absent where there is no such tier. */
    batchPercent?: number | undefined;
    flexPercent?: number | undefined;
    priorityPercent?: number | undefined;
    /** Prices where they differ by place; elsewhere the card's own apply. */
    geographic?: Partial<Record<Place, PriceList>> | undefined;
    /**
     * Only in an organization's card: this name (an application inference profile) costs what that
     * model costs at the time, through that profile. The prices beside it are those of the day on
     * which it was set, to be shown.
     */
    sameAs?: string | undefined;
  };

/** The card that applies at an instant: of those in force, the one that began last. */
export function cardInForce(cards: Iterable<RateCard>, atMs: number): RateCard | undefined {
  let latest: RateCard | undefined;
  for (const card of cards) {
    if (card.effectiveFromMs > atMs) continue;
    if (!latest || card.effectiveFromMs >= latest.effectiveFromMs) latest = card;
  }
  return latest;
}

/** `"0.25"` USD → exact nano-dollars: per million tokens, or per image. @throws Error on other text */
export function positiveUsd(text: string): NanoUsd {
  const price = parseUsd(text);
  if (price === undefined || price <= 0n) throw new Error(`not a price: ${text}`);
  return price;
}

/** Every price of a list in percent of itself, rounded up. */
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

/** Prices of images and requests in percent of themselves, rounded up. */
export const scaledUnits = (
  { imageNanoUsd, queryNanoUsd }: UnitRate,
  percent: number,
): UnitRate => ({
  imageNanoUsd: imageNanoUsd && scale(imageNanoUsd, percent),
  queryNanoUsd: queryNanoUsd && scale(queryNanoUsd, percent),
});

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
