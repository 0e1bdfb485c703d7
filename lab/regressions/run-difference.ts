import { quantile, quantiles } from '../../domain/series/quantile.ts';
import type { SeededRandom } from '../traces/seeded-random.ts';
import { blockLength } from './block-length.ts';

/** How a percentile of one run differs from the same of another. */
export type RunDifference = {
  share: number;
  before: number;
  after: number;
  /** `after / before - 1`, with the ends of its 95 % interval. */
  change: number;
  low: number;
  high: number;
  verdict: RunVerdict;
};

/** `unclear`: the interval reaches beyond the smallest change that counts, but not only there. */
export type RunVerdict = 'higher' | 'lower' | 'same' | 'unclear';

/** The smallest change that counts, as a share. */
export const LEAST_CHANGE = 0.05;

/** Values that a run must have before its p95 says something. */
export const LEAST_VALUES = 200;

const RESAMPLES = 400;
const TAIL = 0.025;

/**
 * Compares percentiles of two runs by their values in the order of time. Requests of one moment share
 * its conditions, so whole blocks of neighbors are drawn again (circular block bootstrap: Politis and
 * Romano, 1992). A difference counts only if its whole interval is beyond `leastChange`, because with
 * many requests every difference is significant.
 * @returns undefined if a run has too few values to tell
 */
export function runDifferences(
  before: readonly number[],
  after: readonly number[],
  shares: readonly number[],
  random: SeededRandom,
  leastChange = LEAST_CHANGE,
): RunDifference[] | undefined {
  if (Math.min(before.length, after.length) < LEAST_VALUES) return undefined;
  const changes = shares.map((): number[] => []);
  const [oldBlock, newBlock] = [blockLength(before), blockLength(after)];
  for (let drawn = 0; drawn < RESAMPLES; drawn += 1) {
    const old = blockSample(before, oldBlock, random).toSorted();
    const now = blockSample(after, newBlock, random).toSorted();
    for (const [index, share] of shares.entries()) {
      changes[index]?.push(quantile(now, share) / quantile(old, share) - 1);
    }
  }
  const [old, now] = [quantiles(before, shares), quantiles(after, shares)];
  return shares.map((share, index) => {
    const sorted = (changes[index] ?? []).toSorted((first, second) => first - second);
    const [low, high] = [quantile(sorted, TAIL), quantile(sorted, 1 - TAIL)];
    const [oldValue = 0, newValue = 0] = [old[index], now[index]];
    return {
      share,
      before: oldValue,
      after: newValue,
      change: newValue / oldValue - 1,
      low,
      high,
      verdict: verdictOf(low, high, leastChange),
    };
  });
}

function verdictOf(low: number, high: number, leastChange: number): RunVerdict {
  if (low > leastChange) return 'higher';
  if (high < -leastChange) return 'lower';
  return low >= -leastChange && high <= leastChange ? 'same' : 'unclear';
}

/** As many values, by blocks of neighbors; the last value is a neighbor of the first. */
function blockSample(
  values: readonly number[],
  length: number,
  random: SeededRandom,
): Float64Array {
  const sample = new Float64Array(values.length);
  for (let from = 0; from < sample.length; from += length) {
    const start = Math.floor(random() * values.length);
    const end = Math.min(from + length, sample.length);
    for (let to = from; to < end; to += 1) {
      sample[to] = values[(start + to - from) % values.length] ?? 0;
    }
  }
  return sample;
}
