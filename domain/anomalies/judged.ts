import { mean, medianOfAscending, NORMAL_CONSISTENCY, withoutHighest } from '../series/robust.ts';

/** How unusual an hour, or the day that ends with it, is. */
export type Judged<Basis extends string> = {
  /** In robust spreads; positive if the value is above what was expected. */
  score: number;
  /** What it was compared with. */
  basis: Basis;
  actual: number;
  expected: number;
};

const BUSY_SHARE = 0.75;

/**
 * Whether most of some hours or days had any spend. Compared with idle ones, everything looks
 * large.
 */
export function isBusy(before: readonly number[]): boolean {
  let busy = 0;
  for (const value of before) if (value > 0) busy += 1;
  return busy >= BUSY_SHARE * before.length;
}

/**
 * The robust spread of residuals around zero (Hampel, 1974). If more than half of them are equal,
 * their median deviation is zero and useless, so this uses their root mean square instead.
 * @param distances of the residuals from zero, in ascending order
 * @param seldom how many of the largest distances the mean square ignores
 */
export function spreadOf(
  distances: readonly number[],
  { least, seldom }: { least: number; seldom: number },
): number {
  const robust = NORMAL_CONSISTENCY * medianOfAscending(distances);
  if (robust >= least) return robust;
  return Math.max(least, rootMeanSquare(distances, seldom));
}

/**
 * Takes distances in ascending order. Ignores this many of the largest, because one day with a
 * thousandfold value would hide all others.
 */
export const rootMeanSquare = (distances: readonly number[], seldom: number): number =>
  Math.sqrt(mean(withoutHighest(seldom, distances).map((item) => item * item)));
