import { type OutputDistribution, quantileOf } from './output-histogram.ts';
import type { RouteStatistics } from './route-statistics.ts';

/** The probability that an output stays below the upper bound. */
export const UPPER_PROBABILITY = 0.95;

/**
 * How far one miss moves a route's bound, in octaves. A hit moves it back by a nineteenth of that.
 */
const ROUTE_STEP = 0.05;

/**
 * The same for inputs of one size, relative to the route's bound. The step shrinks over time: its
 * square halves after so many requests. Sizes differ consistently, while abrupt changes affect the
 * whole route.
 */
const SIZE_STEP = 0.04;
const SIZE_SETTLING = 100;

const MOST_OCTAVES = 2;

/** How many requests' feedback weighs as much as that of the wider level. */
const SHRINKAGE_REQUESTS = 200;

type Feedback = Pick<RouteStatistics, 'requests' | 'boundOctaves' | 'sizes'>;

/** The length that an output exceeds only with the stated probability, as a real number. */
export const upperOutput = (distribution: OutputDistribution, octaves: number): number =>
  (quantileOf(distribution, UPPER_PROBABILITY) + 1) * 2 ** octaves - 1;

/**
 * How many octaves the bound is away from the distribution's quantile, based on feedback from all
 * routes, from this route, and from inputs of this size on it.
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
 * Moves the bound after each hit or miss, in place, so that the stated share holds regardless of
 * errors in the distribution (quantile tracking: Angelopoulos, Candès and Tibshirani, "Conformal
 * PID control for time series prediction", 2023; with decreasing steps: Angelopoulos, Barber and
 * Bates, "Online conformal prediction with decaying step sizes", 2024).
 */
export function moveBound(feedback: Feedback, inputTokens: number, isMissed: boolean): void {
  const missed = (isMissed ? 1 : 0) - (1 - UPPER_PROBABILITY);
  feedback.boundOctaves = withinBounds(feedback.boundOctaves + ROUTE_STEP * missed);
  const size = (feedback.sizes[sizeOf(inputTokens)] ??= { requests: 0, octaves: 0 });
  const step = SIZE_STEP * Math.sqrt(SIZE_SETTLING / (SIZE_SETTLING + size.requests));
  size.octaves = withinBounds(size.octaves + step * missed);
  size.requests += 1;
}

/** Inputs within one octave count as one size. */
const sizeOf = (inputTokens: number): number => Math.floor(Math.log2(inputTokens + 1));

const withinBounds = (octaves: number): number =>
  Math.min(MOST_OCTAVES, Math.max(-MOST_OCTAVES, octaves));
