import { DAYS_PER_WEEK } from '../series/weekday-profile.ts';

/**
 * The probability that a trend this monotonic is chance: the two-sided test of Mann (1945) and
 * Kendall (1975), with the variance for tied and autocorrelated values (Hamed and Rao, 1998).
 */
export function monotonousByChance(values: readonly number[]): number {
  const count = values.length;
  if (count < 4) return 1;
  let sum = 0;
  for (let later = 1; later < count; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      sum += Math.sign((values[later] ?? 0) - (values[earlier] ?? 0));
    }
  }
  const varianceOf = (size: number): number => (size * (size - 1) * (2 * size + 5)) / 18;
  const variance = tiesOf(values).reduce(
    (rest, ties) => rest - varianceOf(ties),
    varianceOf(count),
  );
  const deviation = Math.sqrt(variance * autocorrelationFactor(values));
  return sum === 0 ? 1 : 2 * normalTail((Math.abs(sum) - 1) / deviation);
}

/** How much autocorrelation of the detrended ranks widens the variance; at least 1. */
function autocorrelationFactor(values: readonly number[]): number {
  const count = values.length;
  const middle = (count - 1) / 2;
  let covariance = 0;
  let variance = 0;
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * value;
    variance += (index - middle) ** 2;
  }
  const slope = covariance / variance;
  const ranks = ranksOf(values.map((value, index) => value - slope * index));
  const centered = ranks.map((rank) => rank - (count + 1) / 2);
  const total = centered.reduce((sum, rank) => sum + rank * rank, 0);
  let factor = 1;
  for (let lag = 1; lag <= count / 4; lag += 1) {
    let product = 0;
    for (let index = 0; index + lag < count; index += 1) {
      product += (centered[index] ?? 0) * (centered[index + lag] ?? 0);
    }
    const correlation = total > 0 ? product / total : 0;
    if (Math.abs(correlation) > 1.96 / Math.sqrt(count)) {
      const pairs = (count - lag) * (count - lag - 1) * (count - lag - 2);
      factor += (2 * pairs * correlation) / (count * (count - 1) * (count - 2));
    }
  }
  return Math.max(1, factor);
}

/**
 * The probability that weekdays differ this much by chance: the test of Kruskal and Wallis (1952),
 * corrected for ties, with a chi-squared distribution of six degrees of freedom.
 */
export function weekdaysByChance(values: readonly number[]): number {
  const count = values.length;
  const ranks = ranksOf(values);
  const sums = Array.from({ length: DAYS_PER_WEEK }, () => ({ ranks: 0, days: 0 }));
  for (const [index, rank] of ranks.entries()) {
    const weekday = sums[index % DAYS_PER_WEEK];
    if (!weekday) continue;
    weekday.ranks += rank;
    weekday.days += 1;
  }
  if (sums.some(({ days }) => days < 2)) return 1;
  const squares = sums.reduce((sum, weekday) => sum + weekday.ranks ** 2 / weekday.days, 0);
  const tied = tiesOf(values).reduce((sum, ties) => sum + ties ** 3 - ties, 0);
  const untied = 1 - tied / (count ** 3 - count);
  if (untied === 0) return 1;
  const half = (6 * squares) / (count * (count + 1)) - 1.5 * (count + 1);
  return chiSquaredTail(half / untied);
}

/** The share of a chi-squared distribution with six degrees of freedom above twice a value. */
const chiSquaredTail = (half: number): number => Math.exp(-half) * (1 + half + (half * half) / 2);

/** The probability of at least this many rare events if `mean` are expected (Poisson). */
export function atLeastByChance(events: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < events; count += 1) {
    below += term;
    term *= mean / (count + 1);
  }
  return Math.max(0, 1 - below);
}

/** The size of each group of equal values. */
const tiesOf = (values: readonly number[]): number[] =>
  [...Map.groupBy(values, (value) => value).values()].map(({ length }) => length);

/** Ranks from 1; equal values share their mean rank. */
function ranksOf(values: readonly number[]): number[] {
  const order = [...values.keys()].toSorted(
    (first, second) => (values[first] ?? 0) - (values[second] ?? 0),
  );
  const ranks = Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0])
      to += 1;
    for (let place = from; place <= to; place += 1) ranks[order[place] ?? 0] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranks;
}

/** Share of the normal distribution above z ≥ 0 (Abramowitz and Stegun, 1964, 26.2.17). */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
