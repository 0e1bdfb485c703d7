/** A source of numbers in [0, 1) determined entirely by a seed. */
export type SeededRandom = () => number;

/**
 * The generator "mulberry32" (Tommy Ettinger, public domain): 32 bits of state, enough for samples
 * of several million rows.
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a of the text's UTF-16 units, finalized as in MurmurHash3, as a share in [0, 1). */
export function hashShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The index that a share in [0, 1) falls on when the weights divide the unit interval. */
export function weightedIndex(weights: readonly number[], share: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = share * total;
  for (const [index, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return index;
  }
  return weights.length - 1;
}

/** Zipf weights 1/rank^exponent of `count` ranks. */
export const zipfWeights = (count: number, exponent: number): number[] =>
  Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);

/** A Poisson count by multiplying uniforms (Knuth), in parts so that the product cannot vanish. */
export function poissonCount(mean: number, random: SeededRandom): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 500) {
    const floor = Math.exp(-Math.min(rest, 500));
    for (let product = random(); product > floor; product *= random()) count += 1;
  }
  return count;
}

/**
 * A gamma variate of mean 1 with the given coefficient of variation (Marsaglia and Tsang, 2000).
 */
export function gammaVariate(coefficientOfVariation: number, random: SeededRandom): number {
  const shape = coefficientOfVariation ** -2;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = normalVariate(random);
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    const u = 1 - random();
    if (Math.log(u) >= normal ** 2 / 2 + d - d * v + d * Math.log(v)) continue;
    const boost = shape < 1 ? (1 - random()) ** (1 / shape) : 1;
    return (d * v * boost) / shape;
  }
}

/** A log-normal variate of median 1; `sigma` is the standard deviation of its logarithm. */
export const logNormalVariate = (sigma: number, random: SeededRandom): number =>
  Math.exp(sigma * normalVariate(random));

/** Box and Muller, 1958. */
function normalVariate(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
