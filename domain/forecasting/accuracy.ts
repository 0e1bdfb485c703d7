/** How close a forecast came, relative to actual spend. 1 is exact; the minimum is 0. */
export type Accuracy = {
  /** For individual days: 1 − Σ|forecast − actual| / Σ actual. */
  day: number;
  /** For the sum: 1 − |Σ forecast − Σ actual| / Σ actual. */
  total: number;
};

/**
 * The accuracy of one forecast; `undefined` if nothing was spent, because there is nothing to
 * relate it to.
 */
export function accuracyOf(
  forecast: readonly number[],
  actual: readonly number[],
): Accuracy | undefined {
  let error = 0;
  let difference = 0;
  let spent = 0;
  for (const [day, value] of actual.entries()) {
    const miss = (forecast[day] ?? 0) - value;
    error += Math.abs(miss);
    difference += miss;
    spent += value;
  }
  if (!(spent > 0)) return undefined;
  return {
    day: Math.max(0, 1 - error / spent),
    total: Math.max(0, 1 - Math.abs(difference) / spent),
  };
}

/** The mean of accuracies; `undefined` for an empty list. */
export function meanAccuracy(accuracies: readonly Accuracy[]): Accuracy | undefined {
  if (accuracies.length === 0) return undefined;
  const mean = (of: (item: Accuracy) => number): number =>
    accuracies.reduce((sum, item) => sum + of(item), 0) / accuracies.length;
  return { day: mean(({ day }) => day), total: mean(({ total }) => total) };
}
