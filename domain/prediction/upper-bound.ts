import { type OutputDistribution, quantileOf } from './output-histogram.ts';
import type { RouteStatistics } from './route-statistics.ts';

/** The probability with which an output stays under the upper bound. */
export const UPPER_PROBABILITY = 0.95;

/** How far one miss moves the bound of a route, in octaves; a hit moves it back by a nineteenth. */
const ROUTE_STEP = 0.05;

/**
 * The same for inputs of one size, whose bound lies beside the route's. It settles, its square halved
 * after so many requests: sizes differ steadily, and what changes abruptly is the route as a whole.
 */
const SIZE_STEP = 0.04;
const SIZE_SETTLING = 100;

const MOST_OCTAVES = 2;

/** Requests whose feedback weighs as much as that of the wider level. */
const SHRINKAGE_REQUESTS = 200;

type Feedback = Pick<RouteStatistics, 'requests' | 'boundOctaves' | 'sizes'>;

/** The length that an output exceeds with the stated probability only, as a real number. */
export const upperOutput = (distribution: OutputDistribution, octaves: number): number =>
  (quantileOf(distribution, UPPER_PROBABILITY) + 1) * 2 ** octaves - 1;

/**
 * Octaves by which the bound lies beside the quantile of the distribution: by the feedback of all
 * routes together, of this route, and of inputs of this size on it.
 */
export function boundShift(
  feedback: Feedback | undefined,
  inputTokens: number,
  sharedOctaves: number,
): number {
  const shared = withinBounds(sharedOctaves);
  if (!feedback) return shared;
  const { requests, boundOctaves, sizes } = feedback;
  const trust = requests / (requests + SHRINKAGE_REQUESTS);
  const ofRoute = trust * boundOctaves + (1 - trust) * shared;
  const size = sizes[sizeOf(inputTokens)];
  if (!size) return ofRoute;
  return ofRoute + (size.requests * size.octaves) / (size.requests + SHRINKAGE_REQUESTS);
}

/**
 * Lets the bound follow its own hits and misses, in place, so that the stated share is what happens
 * whatever the distribution gets wrong (quantile tracking: Angelopoulos, Candès and Tibshirani,
 * "Conformal PID control for time series prediction", 2023; with settling steps: Angelopoulos, Barber
 * and Bates, "Online conformal prediction with decaying step sizes", 2024).
 */
export function moveBound(feedback: Feedback, inputTokens: number, isMissed: boolean): void {
  const missed = (isMissed ? 1 : 0) - (1 - UPPER_PROBABILITY);
  feedback.boundOctaves = withinBounds(feedback.boundOctaves + ROUTE_STEP * missed);
  const size = (feedback.sizes[sizeOf(inputTokens)] ??= { requests: 0, octaves: 0 });
  const step = SIZE_STEP * Math.sqrt(SIZE_SETTLING / (SIZE_SETTLING + size.requests));
  size.octaves = withinBounds(size.octaves + step * missed);
  size.requests += 1;
}

/** Inputs of one size lie within an octave. */
const sizeOf = (inputTokens: number): number => Math.floor(Math.log2(inputTokens + 1));

const withinBounds = (octaves: number): number =>
  Math.min(MOST_OCTAVES, Math.max(-MOST_OCTAVES, octaves));
