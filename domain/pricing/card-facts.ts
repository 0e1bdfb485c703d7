import type { BilledUnit } from '../token-usage.ts';
import { modelStem, type Place } from './model-id.ts';
import type { Units } from './rate.ts';
import {
  type PriceList,
  type Prices,
  type RateCard,
  positiveUsd,
  scaledPrices,
} from './rate-card.ts';

/**
 * Prices as published: decimal USD per million tokens. `none` means that the model has no such
 * tokens or does not charge for them.
 */
export type PriceFacts = {
  input: string;
  output: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWriteOneHour?: string;
};

/** One published price of one model, in a form that people can check. */
export type CardFacts = PriceFacts & {
  model: string;
  source: Source;
  /** Other names with the same price. */
  also?: readonly string[];
  /** The UTC day on which the price began. Absent if it has applied since the model launched. */
  from?: string;
  /** The first UTC day on which the price no longer applies, and why. */
  until?: string;
  endReason?: string;
  /** What sources disagree about, or do not say. */
  doubt?: string;
  /** Where a name without a profile and a region is served, if not at these prices. */
  servedIn?: Place;
  /** These prices apply in every region and profile that is not listed. */
  sameEverywhere?: boolean;
  /** USD per image and per request; short for `units`. */
  image?: string;
  query?: string;
  /** USD for one or for a million of a unit, as `BILLED_UNITS` says. `free` needs a source. */
  units?: Partial<Record<BilledUnit, string>>;
  /** USD per image by size, quality or both. */
  imageVariants?: Readonly<Record<string, string>>;
  fastPercent?: number;
  inputIncludesCache?: boolean;
  batchPercent?: number;
  flexPercent?: number;
  priorityPercent?: number;
  longContext?: PriceFacts & { aboveInputTokens: number };
  /** Prices by place: a percentage of these prices, or prices of its own. */
  geographic?: Partial<Record<Place, number | PriceFacts>>;
};

/**
 * The publisher of a price, and the UTC day on which it was read there. `pricesCheckedAt`: the day
 * on which the prices were last compared with a public list, if later.
 */
export type Source = { source: string; sourceDate: string; pricesCheckedAt?: string };

const FIRST_DAY = '2023-01-01';

/** Models on Amazon Bedrock have their maker's name in front. */
const ON_BEDROCK = /^[a-z0-9]+\./;
/** The regions where prices apply that name no region. */
const US_REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];

const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** Facts under one of the names that they apply to. */
type NamedFacts = { name: string; fact: CardFacts };

export const factsByName = (facts: readonly CardFacts[]): NamedFacts[] =>
  facts.flatMap((fact) => [fact.model, ...(fact.also ?? [])].map((name) => ({ name, fact })));

/** Turns published facts into the rate card of one name. */
export function cardOf({ name, fact }: NamedFacts): RateCard {
  const list = priceListOf(fact);
  return {
    ...list,
    model: modelStem(name),
    effectiveFromMs: startOf(fact.from ?? FIRST_DAY),
    effectiveUntilMs: fact.until === undefined ? undefined : startOf(fact.until),
    endReason: fact.endReason,
    ...fact.source,
    doubt: fact.doubt,
    servedIn: fact.servedIn,
    knownRegions: ON_BEDROCK.test(name) && !fact.sameEverywhere ? US_REGIONS : undefined,
    units: unitsOf(fact),
    imageVariants: fact.imageVariants && pricesByName(fact.imageVariants),
    fastPercent: fact.fastPercent,
    inputIncludesCache: fact.inputIncludesCache,
    batchPercent: fact.batchPercent,
    flexPercent: fact.flexPercent,
    priorityPercent: fact.priorityPercent,
    geographic: fact.geographic && geographicOf(fact.geographic, list),
  };
}

function geographicOf(
  facts: NonNullable<CardFacts['geographic']>,
  list: PriceList,
): Partial<Record<Place, PriceList>> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([place, prices]) =>
      prices === undefined
        ? []
        : [[place, typeof prices === 'number' ? scaledPrices(list, prices) : pricesOf(prices)]],
    ),
  );
}

const priceListOf = (facts: CardFacts): PriceList => ({
  ...pricesOf(facts),
  longContext: facts.longContext && {
    ...pricesOf(facts.longContext),
    aboveInputTokens: facts.longContext.aboveInputTokens,
  },
});

const pricesOf = (facts: PriceFacts): Prices => ({
  inputNanoUsdPerMillion: charged(facts.input),
  outputNanoUsdPerMillion: charged(facts.output),
  cacheReadNanoUsdPerMillion: optional(facts.cacheRead),
  cacheWriteNanoUsdPerMillion: optional(facts.cacheWrite),
  cacheWriteOneHourNanoUsdPerMillion: optional(facts.cacheWriteOneHour),
});

function unitsOf({ image, query, units = {} }: CardFacts): Units | undefined {
  const named = {
    ...(image === undefined ? {} : { images: image }),
    ...(query === undefined ? {} : { queries: query }),
    ...units,
  };
  return Object.keys(named).length === 0 ? undefined : pricesByName(named);
}

const pricesByName = (texts: Readonly<Record<string, string>>): Record<string, bigint> =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, text === 'free' ? 0n : positiveUsd(text)]),
  );

const charged = (text: string): bigint => (text === 'none' ? 0n : positiveUsd(text));

const optional = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : positiveUsd(text);
