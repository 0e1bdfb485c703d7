import { BINS_PER_OCTAVE, OUTPUT_BINS, type OutputDistribution } from './output-histogram.ts';
import { remember, sessionHash, STEPS_PER_OCTAVE, stepsOf } from './recent-requests.ts';
import {
  compare,
  type Comparison,
  expertsOf,
  mixExperts,
  weightBetween,
} from './route-comparison.ts';
import type { Observation, RouteStatistics } from './route-statistics.ts';
import { boundShift, moveBound, upperOutput } from './upper-bound.ts';
import { trustExperts, weighted } from './expert-weights.ts';

/**
 * Two outputs count as alike if they differ by no more than a tenth, the margin within which a
 * prediction counts as right.
 */
const ALIKE_OCTAVES = Math.log2(Math.exp(0.1));

/** The lowest probability assumed, so that one surprise does not rule out an expert. */
const LEAST_PROBABILITY = 1e-4;

/** Compares a request with those that its route remembers. */
export const compareWithRoute = (
  { memory }: RouteStatistics,
  { inputTokens, session }: { inputTokens: number; session?: string | undefined },
): Comparison => compare(memory, inputTokens, sessionHash(session));

type RoutePrediction = { distribution: OutputDistribution; routeShare: number };

/**
 * The distribution of a request's output, from wider levels and from the route's similar requests.
 * @returns also `routeShare`, the share that comes from the route
 */
export function routeDistribution(
  { weights }: RouteStatistics,
  comparison: Comparison,
  wider: OutputDistribution,
): RoutePrediction {
  const trusted = comparison.center > 0 ? weights.session : weights.own;
  const { shares, routeShare } = mixExperts(comparison, wider, trusted.shares);
  const mean = weighted(trusted.means, meansOf(comparison, wider));
  return { distribution: { shares, mean }, routeShare };
}

/**
 * Learns one served request, in place: first the bound, then trust in experts, then the request.
 */
export function learnRequest(
  statistics: RouteStatistics,
  observation: Observation,
  wider: OutputDistribution,
  sharedOctaves: number,
): void {
  const { memory, weights } = statistics;
  const { inputTokens, outputTokens } = observation;
  const comparison = compareWithRoute(statistics, observation);
  const trusted = comparison.center > 0 ? weights.session : weights.own;
  const output = stepsOf(outputTokens);
  const { shares } = mixExperts(comparison, wider, trusted.shares);
  const upper = upperOutput(
    { shares, mean: 0 },
    boundShift(statistics, inputTokens, sharedOctaves),
  );
  moveBound(statistics, inputTokens, outputTokens > upper);
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

/** The probability of a similar output. */
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
