/**
 * How often values fell into which bucket. Buckets grow by a constant factor, so every quantile is
 * within `RELATIVE_ERROR` of a value of that rank (DDSketch: Masson, Rim and Lee, 2019). Counts are
 * whole numbers, and merging adds them, so parts give the same sketch in any order.
 */
export type Sketch = {
  /** Values that are 0. */
  zeroCount: number;
  /** Counts by the index of the bucket. */
  bins: ReadonlyMap<number, number>;
};

export const RELATIVE_ERROR = 0.01;
/** How much larger the end of a bucket is than its beginning. */
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const BUCKETS_PER_DOUBLING = Math.LN2 / Math.log1p(GROWTH - 1);

export const EMPTY_SKETCH: Sketch = { zeroCount: 0, bins: new Map() };

/** The sketch of values. Each is 0 or at least 1: give fractions in a smaller unit. */
export function sketchOf(values: Iterable<number>): Sketch {
  const bins = new Map<number, number>();
  let zeroCount = 0;
  for (const value of values) {
    if (value === 0) zeroCount += 1;
    else if (value >= 1) increase(bins, bucketOf(value), 1);
    else throw new RangeError(`${value} is neither 0 nor at least 1`);
  }
  return { zeroCount, bins };
}

/** The sketch of all values of several sketches. */
export function mergedSketch(sketches: Iterable<Sketch>): Sketch {
  const bins = new Map<number, number>();
  let zeroCount = 0;
  for (const part of sketches) {
    zeroCount += part.zeroCount;
    for (const [bucket, count] of part.bins) increase(bins, bucket, count);
  }
  return { zeroCount, bins };
}

export const countIn = ({ zeroCount, bins }: Sketch): number =>
  [...bins.values()].reduce((sum, count) => sum + count, zeroCount);

/**
 * Quantiles of a sketch, in the order of the shares.
 * @param shares from 0 (the smallest value) to 1 (the largest)
 * @returns `undefined` for an empty sketch
 */
export function quantilesIn(sketch: Sketch, shares: readonly number[]): (number | undefined)[] {
  const ordered = [...sketch.bins].toSorted(([left], [right]) => left - right);
  const count = countIn(sketch);
  return shares.map((share) => {
    if (count === 0) return undefined;
    const rank = share * (count - 1);
    let below = sketch.zeroCount;
    if (below > rank) return 0;
    for (const [bucket, inBucket] of ordered) {
      below += inBucket;
      if (below > rank) return middleOf(bucket);
    }
    const last = ordered.at(-1);
    return last ? middleOf(last[0]) : 0;
  });
}

const bucketOf = (value: number): number => Math.ceil(Math.log2(value) * BUCKETS_PER_DOUBLING);

/** The value whose relative distance from both ends of a bucket is the same. */
const middleOf = (bucket: number): number =>
  2 ** (bucket / BUCKETS_PER_DOUBLING) * (1 - RELATIVE_ERROR);

const increase = (bins: Map<number, number>, bucket: number, count: number): void => {
  bins.set(bucket, (bins.get(bucket) ?? 0) + count);
};
