import {
  binMiddle,
  binStart,
  OUTPUT_BINS,
  outputBin,
  type OutputDistribution,
  quantileOf,
} from './output-histogram.ts';

/** A displayed cost counts as right if the actual cost is this close. */
const RIGHT_WITHIN = 0.1;

/** How much expected error to give up, compared with the median, for being right more often. */
const ERROR_TOLERANCE = 0.015;

/**
 * The output length to display. Among all lengths whose expected absolute error is at most 1.5 %
 * above the median's, which is the minimum, this picks the one whose cost is most likely to be
 * right within 10 %. If outputs cluster, the median can fall between two clusters and be right for
 * neither.
 * @param inputTokens cost of the input, expressed in output tokens at the same price
 */
export function typicalOutput(
  distribution: OutputDistribution,
  inputTokens: number,
  maxTokens: number,
): number {
  const { sharesBelow, sumsBelow } = sumsOf(distribution);
  const all = sharesBelow[OUTPUT_BINS] ?? 1;
  const sum = sumsBelow[OUTPUT_BINS] ?? 0;
  const errorOf = (output: number, bin: number): number =>
    output * (2 * (sharesBelow[bin] ?? 0) - all) + sum - 2 * (sumsBelow[bin] ?? 0);
  const shareUpTo = (output: number): number => {
    if (output < 0) return 0;
    const bin = outputBin(output);
    const part = (output - binStart(bin)) / (binStart(bin + 1) - binStart(bin));
    return (sharesBelow[bin] ?? 0) + Math.min(1, part) * (distribution.shares[bin] ?? 0);
  };
  const shareRight = (output: number): number => {
    const cost = inputTokens + output;
    return (
      shareUpTo(cost / (1 - RIGHT_WITHIN) - inputTokens) -
      shareUpTo(cost / (1 + RIGHT_WITHIN) - inputTokens)
    );
  };
  const median = quantileOf(distribution, 0.5);
  const middle = outputBin(median);
  const mostError = errorOf(median, middle) * (1 + ERROR_TOLERANCE);
  const isNear = (bin: number): boolean =>
    bin >= 0 && bin < OUTPUT_BINS && errorOf(binMiddle(bin), bin) <= mostError;
  // The error is convex, so all acceptable lengths are contiguous around the median.
  let first = middle;
  while (isNear(first - 1)) first -= 1;
  let best = median;
  let bestShare = shareRight(median);
  for (let bin = first; isNear(bin); bin += 1) {
    const output = binMiddle(bin);
    const share = shareRight(output);
    if (share > bestShare) [best, bestShare] = [output, share];
  }
  return Math.max(1, Math.min(maxTokens, Math.round(best)));
}

/** For each bin, the total share below it and that part of the mean. */
function sumsOf({ shares }: OutputDistribution): {
  sharesBelow: Float64Array;
  sumsBelow: Float64Array;
} {
  const sharesBelow = new Float64Array(OUTPUT_BINS + 1);
  const sumsBelow = new Float64Array(OUTPUT_BINS + 1);
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    const share = shares[bin] ?? 0;
    sharesBelow[bin + 1] = (sharesBelow[bin] ?? 0) + share;
    sumsBelow[bin + 1] = (sumsBelow[bin] ?? 0) + share * binMiddle(bin);
  }
  return { sharesBelow, sumsBelow };
}
