import { binStart, OUTPUT_BINS, type OutputDistribution, quantileOf } from './output-histogram.ts';
import { UPPER_PROBABILITY } from './upper-bound.ts';

/** Probabilities of the slices that represent a distribution: finer where bounds are decided. */
export const SLICE_SHARES: readonly number[] = [
  ...Array.from({ length: 30 }, () => 0.03),
  ...Array.from({ length: 16 }, () => 0.005),
  ...Array.from({ length: 8 }, () => 0.0025),
];

/**
 * Mean cost within each slice, ascending, in nano-dollars. For distributions, never for balances.
 */
export type RunSlices = readonly number[];

type Run = {
  output: OutputDistribution;
  maxOutputTokens: number;
  costOfOutput: (outputTokens: number) => bigint;
  expectedNanoUsd: bigint;
  /** Excludes the margin for counting the input. */
  upperBoundNanoUsd: bigint;
};

const MOST_SCALING = 4;

/**
 * The cost of one run as slices, from the distribution of its output. Scales distances from the
 * mean so that 95 % of runs cost no more than the run's own calibrated upper bound.
 */
export function runSlices(run: Run): RunSlices {
  const least = Number(run.costOfOutput(0));
  const most = Number(run.costOfOutput(run.maxOutputTokens));
  const perToken = (most - least) / Math.max(1, run.maxOutputTokens);
  const costs = outputSlices(run.output, run.maxOutputTokens).map(
    (tokens) => least + perToken * tokens,
  );
  const mean = meanOfSlices(costs);
  const expected = Number(run.expectedNanoUsd);
  const quantile = Math.min(run.maxOutputTokens, quantileOf(run.output, UPPER_PROBABILITY));
  const distance = least + perToken * quantile - mean;
  const target = (Number(run.upperBoundNanoUsd) - expected) / distance;
  const scale = distance > 0 ? Math.min(MOST_SCALING, Math.max(1 / MOST_SCALING, target)) : 1;
  return costs.map((cost) => Math.min(most, Math.max(least, expected + (cost - mean) * scale)));
}

/** Mean of the distribution that slices represent. */
export function meanOfSlices(slices: RunSlices): number {
  let mean = 0;
  for (const [index, share] of SLICE_SHARES.entries()) mean += share * (slices[index] ?? 0);
  return mean;
}

/** Variance of the distribution that slices represent. */
export function varianceOfSlices(slices: RunSlices): number {
  const mean = meanOfSlices(slices);
  return meanOfSlices(slices.map((value) => (value - mean) ** 2));
}

/** Mean output of each slice. Lengths are uniform within a bin and capped at the maximum. */
function outputSlices({ shares }: OutputDistribution, maximum: number): number[] {
  const slices: number[] = [];
  let target = SLICE_SHARES[0] ?? 1;
  let sum = 0;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    const share = shares[bin] ?? 0;
    const start = binStart(bin);
    const width = binStart(bin + 1) - start;
    let usedShare = 0;
    while (share - usedShare > 0 && slices.length < SLICE_SHARES.length) {
      const part = Math.min(target, share - usedShare);
      const middle = start + (width * (usedShare + part / 2)) / share;
      sum += part * Math.min(maximum, middle);
      usedShare += part;
      target -= part;
      if (target > 1e-12) continue;
      slices.push(sum / (SLICE_SHARES[slices.length] ?? 1));
      sum = 0;
      target = SLICE_SHARES[slices.length] ?? 1;
    }
  }
  // Shares sum to 1 except for rounding, so repeat the last slice if one is missing.
  while (slices.length < SLICE_SHARES.length) slices.push(slices.at(-1) ?? 0);
  return slices;
}
