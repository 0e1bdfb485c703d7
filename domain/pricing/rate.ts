import { divideRoundingUp, type NanoUsd } from '../money.ts';
import type { TokenUsage } from '../token-usage.ts';

/** Nano-dollars per one million tokens: 3 USD per million is `3_000_000_000n`. */
export type NanoUsdPerMillion = bigint;

/**
 * The prices of one model in one region and service tier at one instant, with every premium applied.
 * It is stored in a reservation, so that the settlement is priced as the reservation was.
 */
export type Rate = {
  inputNanoUsdPerMillion: NanoUsdPerMillion;
  outputNanoUsdPerMillion: NanoUsdPerMillion;
  cacheReadNanoUsdPerMillion: NanoUsdPerMillion;
  cacheWriteNanoUsdPerMillion: NanoUsdPerMillion;
  /** Prices of a request whose whole input is above `aboveInputTokens`. */
  longContext?: { aboveInputTokens: number; rate: Omit<Rate, 'longContext'> } | undefined;
};

const TOKENS_PER_PRICE = 1_000_000n;

/** Cost of a usage at a rate, in nano-dollars: every line item exact, rounded up once. */
export function costOf(usage: TokenUsage, rate: Rate): NanoUsd {
  const wholeInput = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const prices =
    rate.longContext && wholeInput > rate.longContext.aboveInputTokens
      ? rate.longContext.rate
      : rate;
  return (
    lineItem(usage.inputTokens, prices.inputNanoUsdPerMillion) +
    lineItem(usage.outputTokens, prices.outputNanoUsdPerMillion) +
    lineItem(usage.cacheReadTokens, prices.cacheReadNanoUsdPerMillion) +
    lineItem(usage.cacheWriteTokens, prices.cacheWriteNanoUsdPerMillion)
  );
}

function lineItem(tokens: number, price: NanoUsdPerMillion): NanoUsd {
  return divideRoundingUp(BigInt(tokens) * price, TOKENS_PER_PRICE);
}
