import {
  BINS_PER_OCTAVE,
  OUTPUT_BINS,
  type OutputDistribution,
  quantileOf,
} from './output-histogram.ts';
import { remember, sessionHash, STEPS_PER_OCTAVE, stepsOf } from './recent-requests.ts';
import {
  compare,
  type Comparison,
  expertsOf,
  mixExperts,
  weightBetween,
} from './route-comparison.ts';
import type { Observation, RouteStatistics } from './route-statistics.ts';
import { trustExperts, weighted } from './expert-weights.ts';

/** The probability with which an output stays under the upper bound. */
export const UPPER_PROBABILITY = 0.95;

/** Two outputs are alike when they differ by a tenth: what a figure is called right for. */
const ALIKE_OCTAVES = Math.log2(Math.exp(0.1));

/** Least probability that is believed of anything, so that no expert is ruled out by one surprise. */
const LEAST_PROBABILITY = 1e-4;

/** How far one miss moves the bound, in octaves; a hit moves it back by a nineteenth. */
const BOUND_STEP = 0.06;
const MOST_BOUND_OCTAVES = 2;

/** Requests whose feedback on the bound weighs as much as that of all routes together. */
const BOUND_SHRINKAGE = 200;

/** A request beside those that its route remembers. */
export const compareWithRoute = (
  { memory }: RouteStatistics,
  { inputTokens, session }: { inputTokens: number; session?: string | undefined },
): Comparison => compare(memory, inputTokens, sessionHash(session));

type Known = { distribution: OutputDistribution; known: number };

/**
 * Distribution of a request's output: what wider levels say, and what the route's remembered requests
 * that resemble it say.
 * @returns also `known`, the share that rests on the route
 */
export function routeDistribution(
  { weights }: RouteStatistics,
  comparison: Comparison,
  wider: OutputDistribution,
): Known {
  const trusted = comparison.center > 0 ? weights.session : weights.own;
  const { shares, known } = mixExperts(comparison, wider, trusted.shares);
  const mean = weighted(trusted.means, meansOf(comparison, wider));
  return { distribution: { shares, mean }, known };
}

/** Octaves by which the bound of a route lies beside the quantile of its distribution. */
export const boundShift = (
  statistics: Pick<RouteStatistics, 'requests' | 'boundOctaves'> | undefined,
  sharedOctaves: number,
): number =>
  ((statistics?.requests ?? 0) * (statistics?.boundOctaves ?? 0) +
    BOUND_SHRINKAGE * withinBounds(sharedOctaves)) /
  ((statistics?.requests ?? 0) + BOUND_SHRINKAGE);

const withinBounds = (octaves: number): number =>
  Math.min(MOST_BOUND_OCTAVES, Math.max(-MOST_BOUND_OCTAVES, octaves));

/** The length that an output exceeds with the stated probability only, as a real number. */
export const upperOutput = (distribution: OutputDistribution, octaves: number): number =>
  (quantileOf(distribution, UPPER_PROBABILITY) + 1) * 2 ** octaves - 1;

/**
 * Learns one served request, in place: trust in experts, the bound, then the request itself.
 * The bound follows its own hits and misses (quantile tracking: Angelopoulos, Candès and Tibshirani,
 * "Conformal PID control for time series prediction", 2023), so that the stated share is what happens
 * whatever the distribution gets wrong.
 */
export function learnRequest(
  statistics: RouteStatistics,
  observation: Observation,
  wider: OutputDistribution,
  sharedOctaves: number,
): void {
  const { memory, weights } = statistics;
  const { outputTokens } = observation;
  const comparison = compareWithRoute(statistics, observation);
  const trusted = comparison.center > 0 ? weights.session : weights.own;
  const output = stepsOf(outputTokens);
  const { shares } = mixExperts(comparison, wider, trusted.shares);
  const upper = upperOutput({ shares, mean: 0 }, boundShift(statistics, sharedOctaves));
  const moved = BOUND_STEP * ((outputTokens > upper ? 1 : 0) - (1 - UPPER_PROBABILITY));
  statistics.boundOctaves = withinBounds(statistics.boundOctaves + moved);
  const reach = ALIKE_OCTAVES * STEPS_PER_OCTAVE;
  trustExperts(trusted, {
    probabilities: expertsOf(
      comparison,
      Math.max(LEAST_PROBABILITY, shareAround(wider, outputTokens)),
      weightBetween(comparison, output - reach, output + reach),
    ),
    means: meansOf(comparison, wider),
    output: outputTokens,
  });
  const { input, usual, center } = comparison;
  remember(memory, { input, output, usual, center, session: comparison.session });
}

const meansOf = (comparison: Comparison, wider: OutputDistribution): number[] =>
  expertsOf(comparison, wider.mean, comparison.outputSums);

/** Probability of an output alike. */
function shareAround({ shares }: OutputDistribution, outputTokens: number): number {
  const middle = Math.log2(outputTokens + 1) * BINS_PER_OCTAVE;
  const least = middle - ALIKE_OCTAVES * BINS_PER_OCTAVE;
  const most = middle + ALIKE_OCTAVES * BINS_PER_OCTAVE;
  let sum = 0;
  const last = Math.min(OUTPUT_BINS - 1, Math.floor(most));
  for (let bin = Math.max(0, Math.floor(least)); bin <= last; bin += 1) {
    sum += (shares[bin] ?? 0) * (Math.min(bin + 1, most) - Math.max(bin, least));
  }
  return sum;
}
