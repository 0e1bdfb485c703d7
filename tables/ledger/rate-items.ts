import type { Rate, TokenRate } from '../../domain/pricing/rate.ts';
import type { TokenUsage } from '../../domain/token-usage.ts';
import { list, mapped, money, number } from '../codec/attributes.ts';
import { Damage } from '../codec/damage.ts';

/**
 * Every entry contains a rate, so it is stored as bare numbers whose count determines their
 * meaning. Four prices (input, output, cache read, cache write), or five with the one-hour write.
 * For long requests, the limit and the same number of prices follow. Seven means that the last two
 * are per image and per query.
 */
const PRICES = 4;
const WITH_ONE_HOUR = 5;
const WITH_UNITS = 7;

const LENGTHS = [PRICES, WITH_ONE_HOUR, WITH_UNITS, 2 * PRICES + 1, 2 * WITH_ONE_HOUR + 1];

function rateAttribute({ longContext, imageNanoUsd, queryNanoUsd, ...rate }: Rate): bigint[] {
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

/** An absent price is stored as 0, because no cache price is 0. */
const pricesAttribute = (rate: TokenRate, oneHour: boolean): bigint[] => [
  rate.inputNanoUsdPerMillion,
  rate.outputNanoUsdPerMillion,
  rate.cacheReadNanoUsdPerMillion,
  rate.cacheWriteNanoUsdPerMillion,
  ...(oneHour ? [rate.cacheWriteOneHourNanoUsdPerMillion ?? 0n] : []),
];

function parseRate(stored: bigint[]): Rate {
  if (!LENGTHS.includes(stored.length)) {
    throw new Damage(`a list of ${LENGTHS.join(', ')} prices`, stored);
  }
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

const parsePrices = ([
  input = 0n,
  output = 0n,
  cacheRead = 0n,
  cacheWrite = 0n,
  oneHour = 0n,
]: bigint[]): TokenRate => ({
  inputNanoUsdPerMillion: input,
  outputNanoUsdPerMillion: output,
  cacheReadNanoUsdPerMillion: cacheRead,
  cacheWriteNanoUsdPerMillion: cacheWrite,
  cacheWriteOneHourNanoUsdPerMillion: priceOrAbsent(oneHour),
});

const priceOrAbsent = (stored: bigint): bigint | undefined => (stored === 0n ? undefined : stored);

/** A rate as a list of prices. */
export const rate = mapped(list(money), parseRate, rateAttribute);

/** Four counts, plus others only if one of them is not 0, so that an entry stays below 1 KB. */
function usageAttribute(usage: TokenUsage): number[] {
  const further = [usage.cacheWriteOneHourTokens, usage.images, usage.queries];
  return [
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    ...(further.some((count) => count) ? further.map((count) => count ?? 0) : []),
  ];
}

function parseUsage(stored: number[]): TokenUsage {
  const [input, output, cacheRead, cacheWrite, oneHour, images, queries] = stored;
  if (cacheWrite === undefined) throw new Damage('a list of at least 4 counts', stored);
  return {
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    cacheReadTokens: cacheRead ?? 0,
    cacheWriteTokens: cacheWrite,
    ...(oneHour ? { cacheWriteOneHourTokens: oneHour } : {}),
    ...(images ? { images } : {}),
    ...(queries ? { queries } : {}),
  };
}

/** Counts of tokens and units as a list. */
export const usage = mapped(list(number), parseUsage, usageAttribute);
