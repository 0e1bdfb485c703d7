import type { Place } from '../model-id.ts';
import type { Units } from '../rate.ts';
import type { PriceList } from '../rate-card.ts';

/** Token prices in nano-dollars per million, as far as a list states them. */
export type ListedTokens = {
  input?: bigint | undefined;
  output?: bigint | undefined;
  cacheRead?: bigint | undefined;
  cacheWrite?: bigint | undefined;
  cacheWriteOneHour?: bigint | undefined;
};

/** One entry of a public price list. */
export type ListedPrice = ListedTokens & {
  /** The id as the list spells it. */
  id: string;
  /** Model stem. */
  model: string;
  /** Absent if it applies wherever no place has its own prices. */
  place?: Place | undefined;
  /** True if both input and output should have a price. */
  isText: boolean;
  longContext?: (ListedTokens & { aboveInputTokens: number }) | undefined;
  batch?: ListedTokens | undefined;
  flex?: ListedTokens | undefined;
  priority?: ListedTokens | undefined;
  units?: Units | undefined;
  /** What the parser found odd. */
  oddities: string[];
};

/** What a parser extracted from a list. */
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

/** Converts a card's prices to a list's fields. */
export const tokensOf = (prices: Partial<PriceList>): ListedTokens => ({
  input: prices.inputNanoUsdPerMillion,
  output: prices.outputNanoUsdPerMillion,
  cacheRead: prices.cacheReadNanoUsdPerMillion,
  cacheWrite: prices.cacheWriteNanoUsdPerMillion,
  cacheWriteOneHour: prices.cacheWriteOneHourNanoUsdPerMillion,
});

/** Converts a list's prices to a card's, keeping current prices where the list has none. */
export function pricesFrom(listing: ListedPrice, current: PriceList | undefined): PriceList {
  const tokens = (source: ListedTokens, before: Partial<PriceList> | undefined) => ({
    inputNanoUsdPerMillion: source.input ?? before?.inputNanoUsdPerMillion ?? 0n,
    outputNanoUsdPerMillion: source.output ?? before?.outputNanoUsdPerMillion ?? 0n,
    cacheReadNanoUsdPerMillion: source.cacheRead ?? before?.cacheReadNanoUsdPerMillion,
    cacheWriteNanoUsdPerMillion: source.cacheWrite ?? before?.cacheWriteNanoUsdPerMillion,
    cacheWriteOneHourNanoUsdPerMillion:
      source.cacheWriteOneHour ?? before?.cacheWriteOneHourNanoUsdPerMillion,
  });
  const { longContext } = listing;
  return {
    ...tokens(listing, current),
    longContext: longContext
      ? {
          ...tokens(longContext, current?.longContext),
          aboveInputTokens: longContext.aboveInputTokens,
        }
      : current?.longContext,
  };
}
