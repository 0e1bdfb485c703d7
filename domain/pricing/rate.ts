import { divideRoundingUp, type NanoUsd } from '../money.ts';
import {
  type BilledUnit,
  type TokenUsage,
  unitCounts,
  unitFacts,
  wholeInputOf,
} from '../token-usage.ts';

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

/**
 * Prices of everything but text tokens, each for one or for a million as `BILLED_UNITS` says. Usage
 * of a unit without a price here is not free: `unpricedUnits` names it, and callers refuse or mark
 * it.
 */
export type Units = Partial<Record<BilledUnit, NanoUsd | undefined>>;
export type UnitRate = { units?: Units | undefined };

/**
 * The prices of one model in one region and service tier at a given time, including every premium.
 * Stored in the reservation, so that its settlement uses the same prices.
 */
export type Rate = TokenRate &
  UnitRate & {
    /** Prices of requests whose total input exceeds `aboveInputTokens`. */
    longContext?: { aboveInputTokens: number; rate: TokenRate } | undefined;
    /** See `RateCard`. Kept because it decides how a settlement's usage is read. */
    inputIncludesCache?: boolean | undefined;
  };

const TOKENS_PER_PRICE = 1_000_000n;

/**
 * Cost of usage at a rate, in nano-dollars. Every line item is exact and rounded up once. If input
 * tokens are free, usage without a count of images, requests or calls of an own tool is charged for
 * one. Units without a
 * price add nothing (see `unpricedUnits`).
 */
export function costOf(usage: TokenUsage, rate: Rate): NanoUsd {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const prices =
    rate.longContext && wholeInputOf(usage) > rate.longContext.aboveInputTokens
      ? rate.longContext.rate
      : rate;
  const fiveMinutes = prices.cacheWriteNanoUsdPerMillion;
  const oneHour = prices.cacheWriteOneHourNanoUsdPerMillion ?? fiveMinutes;
  const oneHourTokens = usage.cacheWriteOneHourTokens ?? 0;
  return (
    lineItem(inputTokens, prices.inputNanoUsdPerMillion) +
    lineItem(outputTokens, prices.outputNanoUsdPerMillion) +
    lineItem(cacheReadTokens, prices.cacheReadNanoUsdPerMillion) +
    lineItem(cacheWriteTokens - oneHourTokens, fiveMinutes) +
    lineItem(oneHourTokens, oneHour) +
    unitsCost(usage, rate)
  );
}

/** Units that a usage counts and a rate does not price. */
export const unpricedUnits = (usage: TokenUsage, { units = {} }: UnitRate): BilledUnit[] =>
  unitCounts(usage).flatMap(([unit]) => (units[unit] === undefined ? [unit] : []));

/** Cost of usage at a rate, or `undefined` if the rate does not price everything in it. */
export const wholeCostOf = (usage: TokenUsage, rate: Rate): NanoUsd | undefined =>
  unpricedUnits(usage, rate).length > 0 ? undefined : costOf(usage, rate);

function unitsCost(usage: TokenUsage, { units, inputNanoUsdPerMillion }: Rate): NanoUsd {
  if (!units) return 0n;
  let cost = 0n;
  for (const [unit, count] of unitCounts(usage)) {
    const price = units[unit] ?? 0n;
    cost += unitFacts(unit).per === 'million' ? lineItem(count, price) : BigInt(count) * price;
  }
  if (inputNanoUsdPerMillion !== 0n) return cost;
  for (const unit of ['images', 'queries'] as const) {
    if (usage[unit] === undefined) cost += units[unit] ?? 0n;
  }
  if (usage.toolCalls === undefined && isOwnTool(units)) cost += units.toolCalls ?? 0n;
  return cost;
}

/** Whether calls are all that is priced: then the card is that of an organization's own tool. */
const isOwnTool = ({ toolCalls, ...others }: Units): boolean =>
  toolCalls !== undefined && Object.values(others).every((price) => price === undefined);

function lineItem(tokens: number, price: NanoUsdPerMillion): NanoUsd {
  return divideRoundingUp(BigInt(tokens) * price, TOKENS_PER_PRICE);
}
