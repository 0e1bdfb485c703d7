import {
  binMiddle,
  binStart,
  meanUpTo,
  OUTPUT_BINS,
  type OutputDistribution,
  quantileOf,
  shareUpTo,
} from './output-histogram.ts';
import { type FeatureRequest, regressionStatistics } from './output-model.ts';
import type { PredictorState } from './predictor-state.ts';
import {
  boundShift,
  compareWithRoute,
  routeDistribution,
  UPPER_PROBABILITY,
  upperOutput,
} from './route-mixture.ts';
import { type OutputStatistics, routeKey, routeOf } from './route-statistics.ts';

/** What a prediction rests on most. */
export type Basis = 'route-history' | 'model-history' | 'regression' | 'global-prior';

/** `maxOutputTokens` is what the caller asked for or the most that the model can give. */
export type OutputRequest = FeatureRequest & {
  maxOutputTokens: number;
  session?: string | undefined;
};

export type OutputPrediction = {
  /** Mean: for budgets and forecasts. */
  expectedTokens: number;
  /** As likely above as below: for display. */
  medianTokens: number;
  /** Not exceeded with `upperProbability`: for reservations. */
  upperTokens: number;
  upperProbability: number;
  basis: Basis;
  /** Probability that the output lies within 25 % of `expectedTokens`. */
  confidence: number;
  distribution: OutputDistribution;
};

/** A figure is called good when reality lies this close to it. */
export const CONFIDENCE_MARGIN = 0.25;

/** Requests of a level's own history that weigh as much as all that is known at wider levels. */
const SHRINKAGE_REQUESTS = 10;

/**
 * Predicts the output length of a request that has not been made. Wider levels (global prior,
 * organization, model, regression, route) are narrowed down, each weighing by its number of requests:
 * empirical-Bayes shrinkage as in Efron and Morris, "Data analysis using Stein's estimator", JASA
 * 1975, bin by bin. Then the route's remembered requests speak, each as loud as it resembles this one
 * (`routeDistribution`).
 * There is always an answer; all counts are integers with 0 < expected ≤ upper ≤ maximum.
 */
export function predictOutput(request: OutputRequest, state: PredictorState): OutputPrediction {
  const { distribution, basis } = outputDistribution(request, state);
  const maximum = request.maxOutputTokens;
  const expectedTokens = clamp(Math.round(meanUpTo(distribution, maximum)), maximum);
  const history = state.routes.get(routeKey(routeOf(request)));
  const quantile = Math.ceil(upperOutput(distribution, boundShift(history, state.boundOctaves)));
  const upperTokens = clamp(Math.max(quantile, expectedTokens), maximum);
  return {
    expectedTokens,
    medianTokens: clamp(Math.round(quantileOf(distribution, 0.5)), maximum),
    upperTokens,
    upperProbability: UPPER_PROBABILITY,
    basis,
    confidence: shareWithin(
      distribution,
      expectedTokens * (1 - CONFIDENCE_MARGIN),
      expectedTokens * (1 + CONFIDENCE_MARGIN),
      maximum,
    ),
    distribution,
  };
}

/** Probability that an output cut at `maximum` lies from `least` to `most` tokens. */
export function shareWithin(
  distribution: OutputDistribution,
  least: number,
  most: number,
  maximum: number,
): number {
  const above = most >= maximum ? 1 : shareUpTo(distribution, most);
  const below = least > maximum ? 1 : shareUpTo(distribution, least);
  return Math.min(1, Math.max(0, above - below));
}

function outputDistribution(
  request: OutputRequest,
  state: PredictorState,
): { distribution: OutputDistribution; basis: Basis } {
  const history = state.routes.get(routeKey(routeOf(request)));
  if (!history) {
    const { distribution, trust } = widerDistribution(request, state, undefined);
    return { distribution, basis: mostTrusted(trust) };
  }
  const comparison = compareWithRoute(history, request);
  const wider = widerDistribution(request, state, history.total, comparison.usual);
  const { distribution, known } = routeDistribution(history, comparison, wider.distribution);
  const trust = { ...wider.trust };
  for (const basis of BASES) trust[basis] *= 1 - known;
  trust['route-history'] += known;
  return { distribution, basis: mostTrusted(trust) };
}

type Trust = Record<Basis, number>;

/**
 * What is known without comparing requests of the route one by one: the distributions of global
 * prior, organization, model, regression and route, each weighing by its number of requests.
 */
export function widerDistribution(
  request: Pick<FeatureRequest, 'inputTokens' | 'model' | 'system' | 'operation'> &
    Partial<FeatureRequest>,
  state: PredictorState,
  ofRoute: OutputStatistics | undefined,
  usual?: number,
): { distribution: OutputDistribution; trust: Trust } {
  const { model } = state;
  const levels: [Basis, OutputStatistics | undefined][] = [
    ['global-prior', state.overall],
    ['model-history', state.models.get(routeOf(request).model)],
    [
      'regression',
      model && isTimed(request) ? regressionStatistics(request, state, model, usual) : undefined,
    ],
    ['route-history', ofRoute],
  ];
  const shares = PRIOR.shares.slice();
  let mean = PRIOR.mean;
  const trust: Trust = {
    'global-prior': 1,
    'model-history': 0,
    regression: 0,
    'route-history': 0,
  };
  for (const [basis, level] of levels) {
    if (!level || level.weight <= 0) continue;
    const total = level.weight + SHRINKAGE_REQUESTS;
    const wider = SHRINKAGE_REQUESTS / total;
    for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
      shares[bin] = (shares[bin] ?? 0) * wider + (level.bins[bin] ?? 0) / total;
    }
    mean = mean * wider + level.outputSum / total;
    for (const known of BASES) trust[known] *= wider;
    trust[basis] += 1 - wider;
  }
  return { distribution: { shares, mean }, trust };
}

const isTimed = <T extends { atMs?: number | undefined }>(
  request: T,
): request is T & { atMs: number } => request.atMs !== undefined;

const mostTrusted = (trust: Trust): Basis =>
  BASES.reduce((best, basis) => (trust[basis] > trust[best] ? basis : best));

const BASES: Basis[] = ['route-history', 'regression', 'model-history', 'global-prior'];

/**
 * Belief before anything was seen: log-normal with median 200 and log-deviation 1.3, so that 95 % lie
 * under 1,700 tokens. An editorial choice, wide enough for the medians of the public traces of
 * Azure (2023), Mooncake (2025) and ServeGen (2025).
 */
const PRIOR = prior(Math.log(200), 1.3);

function prior(center: number, deviation: number): OutputDistribution {
  const weights = Array.from({ length: OUTPUT_BINS }, (_, bin) => {
    const middle = (Math.log(binStart(bin) + 1) + Math.log(binStart(bin + 1) + 1)) / 2;
    return Math.exp(-0.5 * ((middle - center) / deviation) ** 2);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = Float64Array.from(weights, (weight) => weight / sum);
  return { shares, mean: shares.reduce((mean, share, bin) => mean + share * binMiddle(bin), 0) };
}

const clamp = (tokens: number, maximum: number): number => Math.max(1, Math.min(maximum, tokens));
