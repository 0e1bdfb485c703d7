import { meanWithout, robustSpread } from '../series/robust.ts';

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
export const isBusy = (before: readonly number[]): boolean =>
  before.filter((value) => value > 0).length >= BUSY_SHARE * before.length;

/**
 * The robust spread of residuals around zero (Hampel, 1974). If more than half of them are equal,
 * their median deviation is zero and useless, so this uses their root mean square instead.
 * @param seldom how many of the most distant residuals the mean square ignores
 */
export function spreadOf(
  residuals: readonly number[],
  { least, seldom }: { least: number; seldom: number },
): number {
  const robust = robustSpread(residuals, 0);
  if (robust >= least) return robust;
  return Math.max(least, rootMeanSquare(residuals, seldom));
}

/**
 * Ignores this many of the most distant values, because one day with a thousandfold value would
 * hide all others.
 */
export const rootMeanSquare = (residuals: readonly number[], seldom: number): number =>
  Math.sqrt(
    meanWithout(
      seldom,
      residuals.map((item) => item * item),
    ),
  );
