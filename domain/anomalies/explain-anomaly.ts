import type { Aggregate } from '../reporting/aggregates.ts';
import type { Dimension } from '../reporting/dimensions.ts';
import { tokensIn } from '../reporting/measures.ts';
import { tokenWeight } from './token-weight.ts';

/** What one value of a dimension used in a stretch of time. */
export type Slice = {
  dimension: Dimension;
  value: string;
  costNanoUsd: bigint;
  requests: bigint;
  tokens: bigint;
  /** The same tokens, each kind weighted by its price (`token-weight.ts`). */
  tokenWeight: bigint;
};

/**
 * Converts an aggregate to a slice. Prompt tokens count whether or not they came from a cache.
 * @param pricedAtMs date of the prices that weight tokens; use the same one for both stretches
 */
export const sliceOf = ({ dimension, value, measures }: Aggregate, pricedAtMs: number): Slice => ({
  dimension,
  value,
  costNanoUsd: measures.costNanoUsd,
  requests: measures.requests,
  tokens: tokensIn(measures),
  tokenWeight: tokenWeight(dimension === 'model' ? value : undefined, measures, pricedAtMs),
});

export const EFFECTS = ['volume', 'mix', 'size', 'tokenMix', 'price'] as const;

/** Parts of a cost difference, in nano-dollars. They add up to it exactly. */
export type Effects = {
  /** More or fewer requests, at the mean cost per request. */
  volume: bigint;
  /** Requests that moved to more or less expensive values of the dimension. */
  mix: bigint;
  /** More or fewer tokens per request. */
  size: bigint;
  /** More or less expensive kinds of tokens: a different share is output or comes from a cache. */
  tokenMix: bigint;
  /** A different price for the same tokens: price lists, service tiers, corrections. */
  price: bigint;
};

/** A value that changed, and by how much. */
export type Mover = {
  dimension: Dimension;
  value: string;
  beforeNanoUsd: bigint;
  afterNanoUsd: bigint;
};

export type Explanation = {
  differenceNanoUsd: bigint;
  effects: Effects;
  /** The effect that explains most of the difference. */
  cause: keyof Effects;
  /** The values that explain the difference, of all dimensions, those that explain most first. */
  movers: Mover[];
};

/**
 * Explains why two stretches of equal length cost differently. Splits the difference into effects
 * over the values of one dimension. Each effect is computed with the previous ones already applied
 * (a chain of counterfactuals, as in price-volume-mix analysis), so they add up to the nano-dollar.
 * @param before slices of the earlier stretch, of any dimensions
 * @param by the dimension to split by; its values must cover all of the cost
 */
export function explainAnomaly(
  before: readonly Slice[],
  after: readonly Slice[],
  by: Dimension = 'model',
): Explanation {
  const effects = effectsOf(ofDimension(before, by), ofDimension(after, by));
  const difference = EFFECTS.reduce((sum, effect) => sum + effects[effect], 0n);
  const direction = difference < 0n ? -1n : 1n;
  const [cause] = EFFECTS.toSorted((first, second) =>
    compare(direction * effects[second], direction * effects[first]),
  );
  return {
    differenceNanoUsd: difference,
    effects,
    cause: cause ?? 'volume',
    movers: moversOf(before, after, direction),
  };
}

type ByValue = ReadonlyMap<string, Slice>;

function effectsOf(before: ByValue, after: ByValue): Effects {
  const was = total(before);
  const is = total(after);
  if (was.requests === 0n || was.costNanoUsd === 0n) {
    const volume = is.costNanoUsd - was.costNanoUsd;
    return { volume, mix: 0n, size: 0n, tokenMix: 0n, price: 0n };
  }
  const atVolume = (was.costNanoUsd * is.requests) / was.requests;
  let atMix = 0n;
  let atSize = 0n;
  let atTokenMix = 0n;
  for (const [value, now] of after) {
    const then = before.get(value);
    if (!then || then.requests === 0n) {
      atMix += atUsualSize(now, was);
      atSize += now.costNanoUsd;
      atTokenMix += now.costNanoUsd;
      continue;
    }
    const mixed = (then.costNanoUsd * now.requests) / then.requests;
    const isSized = then.tokens > 0n && now.requests > 0n;
    const sized = isSized ? (then.costNanoUsd * now.tokens) / then.tokens : mixed;
    const isWeighed = isSized && then.tokenWeight > 0n;
    atMix += mixed;
    atSize += sized;
    atTokenMix += isWeighed ? (then.costNanoUsd * now.tokenWeight) / then.tokenWeight : sized;
  }
  return {
    volume: atVolume - was.costNanoUsd,
    mix: atMix - atVolume,
    size: atSize - atMix,
    tokenMix: atTokenMix - atSize,
    price: is.costNanoUsd - atTokenMix,
  };
}

/**
 * A value that was never used before had no price that could change, so it costs what its tokens
 * cost now.
 */
const atUsualSize = (now: Slice, was: Slice): bigint =>
  now.tokens > 0n && was.tokens > 0n
    ? (now.costNanoUsd * was.tokens * now.requests) / (was.requests * now.tokens)
    : now.costNanoUsd;

/** A value that explains less of the difference is left out: a twentieth. */
const LEAST_PARTS = 20n;
const MOST_MOVERS = 10;

/**
 * What a value explains is what it moved beyond its share of the cost before: if everything rises
 * alike, no value explains it, and the only value of a dimension explains nothing either
 * ("surprise" in R. Bhagwan et al., Adtributor, NSDI 2014).
 */
function moversOf(before: readonly Slice[], after: readonly Slice[], direction: bigint): Mover[] {
  const dimensions = new Set([...before, ...after].map(({ dimension }) => dimension));
  return [...dimensions]
    .flatMap((dimension) =>
      explainingOf(ofDimension(before, dimension), ofDimension(after, dimension), direction),
    )
    .toSorted((first, second) => compare(second.explained, first.explained))
    .slice(0, MOST_MOVERS)
    .map(({ mover }) => mover);
}

function explainingOf(
  before: ByValue,
  after: ByValue,
  direction: bigint,
): { mover: Mover; explained: bigint }[] {
  const values = new Map([...before, ...after]);
  if (values.size < 2) return [];
  const was = total(before).costNanoUsd;
  const difference = direction * (total(after).costNanoUsd - was);
  return [...values.values()].flatMap(({ dimension, value }) => {
    const beforeNanoUsd = before.get(value)?.costNanoUsd ?? 0n;
    const afterNanoUsd = after.get(value)?.costNanoUsd ?? 0n;
    const moved = direction * (afterNanoUsd - beforeNanoUsd);
    const alike = was > 0n ? (difference * beforeNanoUsd) / was : 0n;
    const explained = moved - alike;
    if (moved <= 0n || explained <= 0n || explained * LEAST_PARTS < difference) return [];
    return [{ mover: { dimension, value, beforeNanoUsd, afterNanoUsd }, explained }];
  });
}

function ofDimension(slices: readonly Slice[], dimension: Dimension): ByValue {
  const byValue = new Map<string, Slice>();
  for (const slice of slices) {
    if (slice.dimension !== dimension) continue;
    const existing = byValue.get(slice.value);
    byValue.set(slice.value, existing ? sumOf(existing, slice) : slice);
  }
  return byValue;
}

const NOTHING: Slice = {
  dimension: 'model',
  value: '',
  costNanoUsd: 0n,
  requests: 0n,
  tokens: 0n,
  tokenWeight: 0n,
};

const total = (slices: ByValue): Slice => [...slices.values()].reduce(sumOf, NOTHING);

const sumOf = (left: Slice, right: Slice): Slice => ({
  ...left,
  costNanoUsd: left.costNanoUsd + right.costNanoUsd,
  requests: left.requests + right.requests,
  tokens: left.tokens + right.tokens,
  tokenWeight: left.tokenWeight + right.tokenWeight,
});

const compare = (left: bigint, right: bigint): number => (left < right ? -1 : left > right ? 1 : 0);
