/** Bins per doubling of the output length; each bin is 4.4 % wide. */
export const BINS_PER_OCTAVE = 16;

/** Bins from 1 token to beyond 200,000. */
export const OUTPUT_BINS = 18 * BINS_PER_OCTAVE;

/**
 * The bin of an output length. Bin `b` contains lengths `l` with `edge(b) <= l + 1 < edge(b + 1)`.
 */
export const outputBin = (tokens: number): number =>
  Math.min(OUTPUT_BINS - 1, Math.floor(Math.log2(tokens + 1) * BINS_PER_OCTAVE));

/** The shortest length in a bin, as a real number. */
export const binStart = (bin: number): number => STARTS[bin] ?? 0;

const STARTS = Array.from(
  { length: OUTPUT_BINS + 1 },
  (_, bin) => 2 ** (bin / BINS_PER_OCTAVE) - 1,
);

const MIDDLES = Array.from(
  { length: OUTPUT_BINS },
  (_, bin) => (binStart(bin) + binStart(bin + 1)) / 2,
);

/** Middle of a bin. */
export const binMiddle = (bin: number): number => MIDDLES[bin] ?? 0;

/**
 * Distribution of an output length: the share of each bin, summing to 1, and the mean, which is
 * known more precisely than the bins allow.
 */
export type OutputDistribution = { shares: Float64Array; mean: number };

/**
 * The length that a share `probability` of outputs does not exceed, interpolated linearly within a
 * bin.
 */
export function quantileOf({ shares }: OutputDistribution, probability: number): number {
  let below = 0;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    const share = shares[bin] ?? 0;
    if (below + share >= probability && share > 0) {
      const part = Math.max(0, (probability - below) / share);
      return binStart(bin) + part * (binStart(bin + 1) - binStart(bin));
    }
    below += share;
  }
  return binStart(OUTPUT_BINS);
}

/** The share of outputs no longer than `tokens`, interpolated linearly within a bin. */
export function shareUpTo({ shares }: OutputDistribution, tokens: number): number {
  if (tokens < 0) return 0;
  const last = outputBin(tokens);
  let below = 0;
  for (let bin = 0; bin < last; bin += 1) below += shares[bin] ?? 0;
  const part = (tokens - binStart(last)) / (binStart(last + 1) - binStart(last));
  return Math.min(1, below + Math.min(1, part) * (shares[last] ?? 0));
}

/** The mean length if the model stops at `maxTokens`. */
export function meanUpTo(distribution: OutputDistribution, maxTokens: number): number {
  let binned = 0;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    binned += (distribution.shares[bin] ?? 0) * binMiddle(bin);
  }
  const correction = binned > 0 ? distribution.mean / binned : 1;
  let mean = 0;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    mean += (distribution.shares[bin] ?? 0) * Math.min(maxTokens, binMiddle(bin) * correction);
  }
  return mean;
}
