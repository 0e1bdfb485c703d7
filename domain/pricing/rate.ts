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

/** What a price is for: a kind of text tokens, or a unit. */
export type Meter = keyof TokenUsage;

/** One priced part of a usage. `price` is for one or for a million, as `perMillion` says. */
export type LineItem = { meter: Meter; quantity: number; price: NanoUsd; perMillion: boolean };

/**
 * Cost of usage at a rate, in nano-dollars. Every line item is exact and rounded up once. If input
 * tokens are free, usage without a count of images, requests or calls of an own tool is charged for
 * one. Units without a price add nothing (see `unpricedUnits`).
 */
export function costOf(usage: TokenUsage, rate: Rate): NanoUsd {
  let cost = 0n;
  for (const item of lineItemsOf(usage, rate)) cost += lineCostOf(item);
  return cost;
}

/**
 * The line items of a usage. `cacheWriteTokens` are only those that last five minutes. Leaves out
 * units without a price, and what was not used.
 */
export function lineItemsOf(usage: TokenUsage, rate: Rate): LineItem[] {
  const prices = rate.longContext && isLongRequest(usage, rate) ? rate.longContext.rate : rate;
  const fiveMinutes = prices.cacheWriteNanoUsdPerMillion;
  const oneHour = prices.cacheWriteOneHourNanoUsdPerMillion ?? fiveMinutes;
  const oneHourTokens = usage.cacheWriteOneHourTokens ?? 0;
  const items: LineItem[] = [];
  const add = (meter: Meter, quantity: number, price: NanoUsd, perMillion = true): void => {
    if (quantity !== 0) items.push({ meter, quantity, price, perMillion });
  };
  add('inputTokens', usage.inputTokens, prices.inputNanoUsdPerMillion);
  add('outputTokens', usage.outputTokens, prices.outputNanoUsdPerMillion);
  add('cacheReadTokens', usage.cacheReadTokens, prices.cacheReadNanoUsdPerMillion);
  add('cacheWriteTokens', usage.cacheWriteTokens - oneHourTokens, fiveMinutes);
  add('cacheWriteOneHourTokens', oneHourTokens, oneHour);
  const { units } = rate;
  if (!units) return items;
  for (const [unit, count] of [...unitCounts(usage), ...impliedUnits(usage, rate)]) {
    const price = units[unit];
    if (price !== undefined) add(unit, count, price, unitFacts(unit).per === 'million');
  }
  return items;
}

/** Whether a request has the prices of long ones. */
export const isLongRequest = (usage: TokenUsage, { longContext }: Rate): boolean =>
  longContext !== undefined && wholeInputOf(usage) > longContext.aboveInputTokens;

/** What a line item costs, rounded up to a nano-dollar. */
export const lineCostOf = ({ quantity, price, perMillion }: LineItem): NanoUsd =>
  perMillion
    ? divideRoundingUp(BigInt(quantity) * price, TOKENS_PER_PRICE)
    : BigInt(quantity) * price;

/** Units that a usage counts and a rate does not price. */
export const unpricedUnits = (usage: TokenUsage, { units = {} }: UnitRate): BilledUnit[] =>
  unitCounts(usage).flatMap(([unit]) => (units[unit] === undefined ? [unit] : []));

/** Cost of usage at a rate, or `undefined` if the rate does not price everything in it. */
export const wholeCostOf = (usage: TokenUsage, rate: Rate): NanoUsd | undefined =>
  unpricedUnits(usage, rate).length > 0 ? undefined : costOf(usage, rate);

/** One of each unit without which a request of a model with free input would cost nothing. */
function impliedUnits(
  usage: TokenUsage,
  { units = {}, inputNanoUsdPerMillion }: Rate,
): [BilledUnit, number][] {
  if (inputNanoUsdPerMillion !== 0n) return [];
  const implied: BilledUnit[] = isOwnTool(units) ? ['toolCalls'] : ['images', 'queries'];
  return implied.flatMap((unit) => (usage[unit] === undefined ? [[unit, 1]] : []));
}

/** Whether calls are all that is priced: then the card is that of an organization's own tool. */
const isOwnTool = ({ toolCalls, ...others }: Units): boolean =>
  toolCalls !== undefined && Object.values(others).every((price) => price === undefined);
