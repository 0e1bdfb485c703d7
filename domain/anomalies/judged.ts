import { meanWithout, robustSpread } from '../series/robust.ts';

/** How unlike an hour, or the day that ends with it, is. */
export type Judged<Basis extends string> = {
  /** In robust spreads; above 0 where more came than expected. */
  score: number;
  /** What it was compared with. */
  basis: Basis;
  actual: number;
  expected: number;
};

const BUSY_SHARE = 0.75;

/** Whether most of some hours or days had any: against idle ones, anything is much. */
export const isBusy = (before: readonly number[]): boolean =>
  before.filter((value) => value > 0).length >= BUSY_SHARE * before.length;

/**
 * The robust spread of residuals around nothing (Hampel, 1974). Where more than half of them are
 * alike, their median deviation is nothing and tells nothing: then their mean square tells.
 * @param seldom how many of the farthest a mean square leaves out
 */
export function spreadOf(
  residuals: readonly number[],
  { least, seldom }: { least: number; seldom: number },
): number {
  const robust = robustSpread(residuals, 0);
  if (robust >= least) return robust;
  return Math.max(least, rootMeanSquare(residuals, seldom));
}

/** Without so many of the farthest: one day of thousands of times as much would hide all others. */
export const rootMeanSquare = (residuals: readonly number[], seldom: number): number =>
  Math.sqrt(
    meanWithout(
      seldom,
      residuals.map((item) => item * item),
    ),
  );
