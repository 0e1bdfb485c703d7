import { meanUpTo, type OutputDistribution, quantileOf, shareUpTo } from './output-histogram.ts';
import type { FeatureRequest } from './output-model.ts';
import type { PredictorState } from './predictor-state.ts';
import { compareWithRoute, routeDistribution } from './route-mixture.ts';
import { boundShift, UPPER_PROBABILITY, upperOutput } from './upper-bound.ts';
import { routeKey, routeOf } from './route-statistics.ts';
import { type Basis, mostTrusted, trustWith, widerDistribution } from './wider-distribution.ts';

export type OutputRequest = FeatureRequest & {
  /** The model's own maximum, used if the caller set no `maxOutputTokens`. */
  modelMaximum?: number | undefined;
  session?: string | undefined;
};

/** Used if neither the caller nor the catalog has a maximum: the largest of any model. */
const UNKNOWN_MAXIMUM = 128_000;

/** The largest number of output tokens possible. */
export const maximumOf = ({
  maxOutputTokens,
  modelMaximum,
}: Pick<OutputRequest, 'maxOutputTokens' | 'modelMaximum'>): number =>
  maxOutputTokens ?? modelMaximum ?? UNKNOWN_MAXIMUM;

export type OutputPrediction = {
  /** The mean, for budgets and forecasts. */
  expectedTokens: number;
  /** Equally likely to be exceeded or not; for display. */
  medianTokens: number;
  /** Not exceeded with `upperProbability`; for reservations. */
  upperTokens: number;
  upperProbability: number;
  basis: Basis;
  /** The probability that the output is within 25 % of `expectedTokens`. */
  confidence: number;
  distribution: OutputDistribution;
};

/** A prediction counts as good if the actual value is this close to it. */
export const CONFIDENCE_MARGIN = 0.25;

/**
 * Predicts the output length of a request that has not been made yet. Narrows down from wider
 * levels (global prior, organization, model, regression, route), each weighted by its number of
 * requests: empirical-Bayes shrinkage as in Efron and Morris, "Data analysis using Stein's
 * estimator", JASA 1975, bin by bin. Then adds the route's remembered requests, each weighted by
 * how much it resembles this one (`routeDistribution`). There is always an answer; all counts are
 * integers with 0 < expected ≤ upper ≤ maximum.
 */
export function predictOutput(request: OutputRequest, state: PredictorState): OutputPrediction {
  const { distribution, basis } = outputDistribution(request, state);
  const maximum = maximumOf(request);
  const expectedTokens = clamp(Math.round(meanUpTo(distribution, maximum)), maximum);
  const history = state.routes.get(routeKey(routeOf(request)));
  const quantile = Math.ceil(
    upperOutput(distribution, boundShift(history, request.inputTokens, state.boundOctaves)),
  );
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

/** The probability that an output, cut at `maximum`, has between `least` and `most` tokens. */
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
  const { distribution, routeShare } = routeDistribution(history, comparison, wider.distribution);
  return { distribution, basis: mostTrusted(trustWith(routeShare, wider.trust)) };
}

const clamp = (tokens: number, maximum: number): number => Math.max(1, Math.min(maximum, tokens));
