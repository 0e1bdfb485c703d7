import { divideRoundingUp, type NanoUsd } from '../money.ts';
import type { TokenUsage } from '../token-usage.ts';

/** Nano-dollars per one million tokens: 3 USD per million is `3_000_000_000n`. */
export type NanoUsdPerMillion = bigint;

/** Prices of tokens. */
export type TokenRate = {
  inputNanoUsdPerMillion: NanoUsdPerMillion;
  outputNanoUsdPerMillion: NanoUsdPerMillion;
  cacheReadNanoUsdPerMillion: NanoUsdPerMillion;
  /** A cache write that lasts five minutes. */
  cacheWriteNanoUsdPerMillion: NanoUsdPerMillion;
  /** A cache write that lasts one hour. Defaults to the five-minute price. */
  cacheWriteOneHourNanoUsdPerMillion?: NanoUsdPerMillion | undefined;
};

/** Prices of images and requests; absent if they are not charged. */
export type UnitRate = { imageNanoUsd?: NanoUsd | undefined; queryNanoUsd?: NanoUsd | undefined };

/**
 * The prices of one model in one region and service tier at a given time, including every premium.
 * Stored in the reservation, so that its settlement uses the same prices.
 */
export type Rate = TokenRate &
  UnitRate & {
    /** Prices of requests whose total input exceeds `aboveInputTokens`. */
    longContext?: { aboveInputTokens: number; rate: TokenRate } | undefined;
  };

const TOKENS_PER_PRICE = 1_000_000n;

/**
 * Cost of usage at a rate, in nano-dollars. Every line item is exact and rounded up once. If input
 * tokens are free, usage without a count of images or requests is charged for one.
 */
export function costOf(usage: TokenUsage, rate: Rate): NanoUsd {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const wholeInput = inputTokens + cacheReadTokens + cacheWriteTokens;
  const prices =
    rate.longContext && wholeInput > rate.longContext.aboveInputTokens
      ? rate.longContext.rate
      : rate;
  const fiveMinutes = prices.cacheWriteNanoUsdPerMillion;
  const oneHour = prices.cacheWriteOneHourNanoUsdPerMillion ?? fiveMinutes;
  const uncounted = rate.inputNanoUsdPerMillion === 0n ? 1 : 0;
  const oneHourTokens = usage.cacheWriteOneHourTokens ?? 0;
  return (
    lineItem(inputTokens, prices.inputNanoUsdPerMillion) +
    lineItem(outputTokens, prices.outputNanoUsdPerMillion) +
    lineItem(cacheReadTokens, prices.cacheReadNanoUsdPerMillion) +
    lineItem(cacheWriteTokens - oneHourTokens, fiveMinutes) +
    lineItem(oneHourTokens, oneHour) +
    BigInt(usage.images ?? uncounted) * (rate.imageNanoUsd ?? 0n) +
    BigInt(usage.queries ?? uncounted) * (rate.queryNanoUsd ?? 0n)
  );
}

function lineItem(tokens: number, price: NanoUsdPerMillion): NanoUsd {
  return divideRoundingUp(BigInt(tokens) * price, TOKENS_PER_PRICE);
}
