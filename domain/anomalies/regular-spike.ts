/** A day and a week, in hours. */
const PERIODS = [24, 168];
/** How often the same came before, period by period, and how unusual it was at least. */
const TIMES = [1, 2];
const LEAST_SHARE = 0.5;
const ABOUT = [-1, 0, 1];

/**
 * Whether the same came at this hour on both days or in both weeks before, give or take an hour, and
 * was at least half as unusual: then it is a pattern.
 * @param scores of the hours so far, above 0 if the hour was above what was expected
 */
export function isRegular(scores: readonly number[], hour: number): boolean {
  const least = LEAST_SHARE * (scores[hour] ?? 0);
  const isAlike = (at: number): boolean =>
    ABOUT.some((offset) => (scores[at + offset] ?? 0) >= least);
  return PERIODS.some((period) => TIMES.every((times) => isAlike(hour - times * period)));
}
