import { parseUsd } from '../money.ts';
import type { Geography } from './model-id.ts';
import type { NanoUsdPerMillion } from './rate.ts';

/** Prices per million tokens. A cache price that is not known is charged as plain input. */
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
export type RateCard = PriceList & {
  /** Model stem (`modelStem`). */
  model: string;
  effectiveFromMs: number;
  /** Who says so, and the day on which it was read there. */
  source: string;
  sourceDate: string;
  /** Price of batch inference in percent of the standard price; absent where there is no batch. */
  batchPercent?: number | undefined;
  /** Prices where they differ by place; elsewhere the card's own apply. */
  geographic?: Partial<Record<Geography, PriceList>> | undefined;
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

/** `"0.25"` USD per million → exact nano-dollars per million. @throws Error on other text */
export function usdPerMillion(text: string): NanoUsdPerMillion {
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

function scaled(prices: Prices, percent: number): Prices {
  const scale = (price: NanoUsdPerMillion): NanoUsdPerMillion =>
    (price * BigInt(percent) + 99n) / 100n;
  const optional = (price: NanoUsdPerMillion | undefined): NanoUsdPerMillion | undefined =>
    price === undefined ? undefined : scale(price);
  return {
    inputNanoUsdPerMillion: scale(prices.inputNanoUsdPerMillion),
    outputNanoUsdPerMillion: scale(prices.outputNanoUsdPerMillion),
    cacheReadNanoUsdPerMillion: optional(prices.cacheReadNanoUsdPerMillion),
    cacheWriteNanoUsdPerMillion: optional(prices.cacheWriteNanoUsdPerMillion),
    cacheWriteOneHourNanoUsdPerMillion: optional(prices.cacheWriteOneHourNanoUsdPerMillion),
  };
}
