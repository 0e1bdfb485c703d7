import type { Rate, TokenRate, Units } from '../../domain/pricing/rate.ts';
import { BILLED_UNIT_NAMES, type TokenUsage } from '../../domain/token-usage.ts';
import { SERVICE_TIERS, SPEEDS } from '../../domain/pricing/service-tier.ts';
import { list, mapped, money, number, optional, text, words } from '../codec/attributes.ts';
import { Damage } from '../codec/damage.ts';
import { row } from '../codec/fields.ts';

/**
 * Every entry contains a rate, so it is stored as bare numbers whose count determines their
 * meaning. Four prices (input, output, cache read, cache write), or five with the one-hour write.
 * For long requests, the limit and the same number of prices follow. Prices of units come last,
 * after -1. In older items, seven means that the last two are per image and per query.
 */
const PRICES = 4;
const WITH_ONE_HOUR = 5;
const OLDER_WITH_UNITS = 7;
const UNITS_FOLLOW = -1n;
/** Instead of a unit's position: the number after it says whether the input includes the cache. */
const INCLUDES_CACHE = -2n;

const LENGTHS = [PRICES, WITH_ONE_HOUR, 2 * PRICES + 1, 2 * WITH_ONE_HOUR + 1];

function rateAttribute({ longContext, units, inputIncludesCache, ...rate }: Rate): bigint[] {
  const long = longContext?.rate;
  const oneHour = [rate, long].some((prices) => prices?.cacheWriteOneHourNanoUsdPerMillion);
  return [
    ...pricesAttribute(rate, oneHour),
    ...(longContext
      ? [BigInt(longContext.aboveInputTokens), ...pricesAttribute(longContext.rate, oneHour)]
      : []),
    ...(units || inputIncludesCache !== undefined
      ? furtherAttribute(units ?? {}, inputIncludesCache)
      : []),
  ];
}

/** Pairs of a unit's position and its price, after a number that no price is. */
const furtherAttribute = (units: Units, inputIncludesCache: boolean | undefined): bigint[] => [
  UNITS_FOLLOW,
  ...(inputIncludesCache === undefined ? [] : [INCLUDES_CACHE, inputIncludesCache ? 1n : 0n]),
  ...BILLED_UNIT_NAMES.flatMap((unit, position) => {
    const price = units[unit];
    return price === undefined ? [] : [BigInt(position), price];
  }),
];

function parseFurther(pairs: bigint[]): Pick<Rate, 'units' | 'inputIncludesCache'> {
  const isSaid = pairs[0] === INCLUDES_CACHE;
  const units = parseUnits(isSaid ? pairs.slice(2) : pairs);
  return {
    ...(units && { units }),
    ...(isSaid ? { inputIncludesCache: pairs[1] === 1n } : {}),
  };
}

function parseUnits(pairs: bigint[]): Units | undefined {
  if (pairs.length === 0) return undefined;
  const units: Units = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const [unit, price] = [BILLED_UNIT_NAMES[Number(pairs[at])], pairs[at + 1]];
    if (!unit || price === undefined) throw new Damage('pairs of a unit and its price', pairs);
    units[unit] = price;
  }
  return units;
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
  const end = stored.indexOf(UNITS_FOLLOW);
  if (end !== -1) {
    return { ...parseTokenRate(stored.slice(0, end)), ...parseFurther(stored.slice(end + 1)) };
  }
  if (stored.length !== OLDER_WITH_UNITS) return parseTokenRate(stored);
  const [images, queries] = stored.slice(WITH_ONE_HOUR).map(priceOrAbsent);
  return {
    ...parsePrices(stored.slice(0, WITH_ONE_HOUR)),
    units: {
      ...(images === undefined ? {} : { images }),
      ...(queries === undefined ? {} : { queries }),
    },
  };
}

function parseTokenRate(stored: bigint[]): Rate {
  if (!LENGTHS.includes(stored.length)) {
    throw new Damage(`a list of ${LENGTHS.join(', ')} prices`, stored);
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

/**
 * Four counts. If there are others, the one-hour write and every unit by position follow, up to the
 * last that is not 0, so that an entry stays below 1 KB. Readers from before the other units expect
 * three of these.
 */
function usageAttribute(usage: TokenUsage): number[] {
  const further = FURTHER.map((name) => usage[name] ?? 0);
  const last = further.findLastIndex((count) => count !== 0);
  return [
    usage.inputTokens,
    usage.outputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    ...(last === -1 ? [] : further.slice(0, Math.max(last + 1, OLDER_FURTHER))),
  ];
}

const FURTHER = ['cacheWriteOneHourTokens', ...BILLED_UNIT_NAMES] as const;
const OLDER_FURTHER = 3;

function parseUsage(stored: number[]): TokenUsage {
  const [input, output, cacheRead, cacheWrite, ...further] = stored;
  if (cacheWrite === undefined) throw new Damage('a list of at least 4 counts', stored);
  if (further.length > FURTHER.length) throw new Damage('counts of units', stored);
  const usage: TokenUsage = {
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    cacheReadTokens: cacheRead ?? 0,
    cacheWriteTokens: cacheWrite,
  };
  for (const [position, name] of FURTHER.entries()) {
    const count = further[position];
    if (count) usage[name] = count;
  }
  return usage;
}

/** Counts of tokens and units as a list. */
export const usage = mapped(list(number), parseUsage, usageAttribute);

/** What else decided a price. */
export const termsRow = row({
  tier: optional(words(SERVICE_TIERS)),
  speed: optional(words(SPEEDS)),
  place: optional(text),
  region: optional(text),
  imageVariant: optional(text),
});
