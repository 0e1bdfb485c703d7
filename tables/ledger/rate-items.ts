import type { Rate, TokenRate } from '../../domain/pricing/rate.ts';
import type { TokenUsage } from '../../domain/token-usage.ts';
import { storedMoney } from './key.ts';

/**
 * A rate is kept as bare numbers, since every entry carries one. How many there are says what they
 * are: four prices (input, output, cache read, cache write), or five with the write of one hour; then,
 * for long requests, the limit and as many prices again; or seven, the last two per image and query.
 */
const PRICES = 4;
const WITH_ONE_HOUR = 5;
const WITH_UNITS = 7;

export function rateAttribute({
  longContext,
  imageNanoUsd,
  queryNanoUsd,
  ...rate
}: Rate): bigint[] {
  if (imageNanoUsd !== undefined || queryNanoUsd !== undefined) {
    return [...pricesAttribute(rate, true), imageNanoUsd ?? 0n, queryNanoUsd ?? 0n];
  }
  const long = longContext?.rate;
  const oneHour = [rate, long].some((prices) => prices?.cacheWriteOneHourNanoUsdPerMillion);
  if (!longContext) return pricesAttribute(rate, oneHour);
  return [
    ...pricesAttribute(rate, oneHour),
    BigInt(longContext.aboveInputTokens),
    ...pricesAttribute(longContext.rate, oneHour),
  ];
}

/** A price that is absent is written as 0: none is free. */
const pricesAttribute = (rate: TokenRate, oneHour: boolean): bigint[] => [
  rate.inputNanoUsdPerMillion,
  rate.outputNanoUsdPerMillion,
  rate.cacheReadNanoUsdPerMillion,
  rate.cacheWriteNanoUsdPerMillion,
  ...(oneHour ? [rate.cacheWriteOneHourNanoUsdPerMillion ?? 0n] : []),
];

export function parseRate(stored: bigint[]): Rate {
  if (stored.length === WITH_UNITS) {
    const [imageNanoUsd, queryNanoUsd] = stored.slice(WITH_ONE_HOUR).map(priceOrAbsent);
    return { ...parsePrices(stored.slice(0, WITH_ONE_HOUR)), imageNanoUsd, queryNanoUsd };
  }
  const size =
    stored.length === PRICES || stored.length === 2 * PRICES + 1 ? PRICES : WITH_ONE_HOUR;
  return {
    ...parsePrices(stored.slice(0, size)),
    longContext:
      stored.length > size
        ? { aboveInputTokens: Number(stored[size]), rate: parsePrices(stored.slice(size + 1)) }
        : undefined,
  };
}

const parsePrices = (stored: bigint[]): TokenRate => ({
  inputNanoUsdPerMillion: storedMoney(stored[0]),
  outputNanoUsdPerMillion: storedMoney(stored[1]),
  cacheReadNanoUsdPerMillion: storedMoney(stored[2]),
  cacheWriteNanoUsdPerMillion: storedMoney(stored[3]),
  cacheWriteOneHourNanoUsdPerMillion: priceOrAbsent(stored[4]),
});

const priceOrAbsent = (stored: bigint | undefined): bigint | undefined =>
  stored === undefined || stored === 0n ? undefined : storedMoney(stored);

/** Four counts, and further ones only where one of them is not 0: an entry stays below 1 KB. */
export function usageAttribute(usage: TokenUsage): number[] {
  const further = [usage.cacheWriteOneHourTokens, usage.images, usage.queries];
  return [
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    ...(further.some((count) => count) ? further.map((count) => count ?? 0) : []),
  ];
}

export const parseUsage = ([
  input,
  output,
  cacheRead,
  cacheWrite,
  oneHour,
  images,
  queries,
]: bigint[]): TokenUsage => ({
  inputTokens: Number(input),
  outputTokens: Number(output),
  cacheReadTokens: Number(cacheRead),
  cacheWriteTokens: Number(cacheWrite),
  ...(oneHour ? { cacheWriteOneHourTokens: Number(oneHour) } : {}),
  ...(images ? { images: Number(images) } : {}),
  ...(queries ? { queries: Number(queries) } : {}),
});
