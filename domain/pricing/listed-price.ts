import type { Place } from './model-id.ts';
import type { PriceList } from './rate-card.ts';

/** Prices of tokens, in nano-dollars per million, as far as a list states them. */
export type ListedTokens = {
  input?: bigint | undefined;
  output?: bigint | undefined;
  cacheRead?: bigint | undefined;
  cacheWrite?: bigint | undefined;
  cacheWriteOneHour?: bigint | undefined;
};

/** One entry of a public price list. */
export type ListedPrice = ListedTokens & {
  /** As the list writes it. */
  id: string;
  /** Model stem. */
  model: string;
  /** Absent: wherever no place has prices of its own. */
  place?: Place | undefined;
  /** Whether input and output are both expected to cost something. */
  isText: boolean;
  longContext?: (ListedTokens & { aboveInputTokens: number }) | undefined;
  batch?: ListedTokens | undefined;
  flex?: ListedTokens | undefined;
  priority?: ListedTokens | undefined;
  imageNanoUsd?: bigint | undefined;
  queryNanoUsd?: bigint | undefined;
  /** What its reader found odd. */
  oddities: string[];
};

/** What a reader made of a list. */
export type PriceListing = {
  listed: ListedPrice[];
  skipped: { id: string; reason: string }[];
};

const NAMES = {
  input: 'inputNanoUsdPerMillion',
  output: 'outputNanoUsdPerMillion',
  cacheRead: 'cacheReadNanoUsdPerMillion',
  cacheWrite: 'cacheWriteNanoUsdPerMillion',
  cacheWriteOneHour: 'cacheWriteOneHourNanoUsdPerMillion',
} as const;
export const LISTED_FIELDS = Object.keys(NAMES) as (keyof typeof NAMES)[];

/** A card's prices in a list's terms. */
export const tokensOf = (prices: Partial<PriceList>): ListedTokens => ({
  input: prices.inputNanoUsdPerMillion,
  output: prices.outputNanoUsdPerMillion,
  cacheRead: prices.cacheReadNanoUsdPerMillion,
  cacheWrite: prices.cacheWriteNanoUsdPerMillion,
  cacheWriteOneHour: prices.cacheWriteOneHourNanoUsdPerMillion,
});

/** A card's prices from a list's, and from what is known where the list says nothing. */
export function pricesFrom(listed: ListedPrice, known: PriceList | undefined): PriceList {
  const tokens = (given: ListedTokens, before: Partial<PriceList> | undefined) => ({
    inputNanoUsdPerMillion: given.input ?? before?.inputNanoUsdPerMillion ?? 0n,
    outputNanoUsdPerMillion: given.output ?? before?.outputNanoUsdPerMillion ?? 0n,
    cacheReadNanoUsdPerMillion: given.cacheRead ?? before?.cacheReadNanoUsdPerMillion,
    cacheWriteNanoUsdPerMillion: given.cacheWrite ?? before?.cacheWriteNanoUsdPerMillion,
    cacheWriteOneHourNanoUsdPerMillion:
      given.cacheWriteOneHour ?? before?.cacheWriteOneHourNanoUsdPerMillion,
  });
  const { longContext } = listed;
  return {
    ...tokens(listed, known),
    longContext: longContext
      ? {
          ...tokens(longContext, known?.longContext),
          aboveInputTokens: longContext.aboveInputTokens,
        }
      : known?.longContext,
  };
}
