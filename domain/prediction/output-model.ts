import { OUTPUT_BINS, outputBin } from './output-histogram.ts';
import type { OutputModel } from './fitted-model.ts';
import type { PredictorState } from './predictor-state.ts';
import { STEPS_PER_OCTAVE, stepsOf } from './recent-requests.ts';
import { usualOutput } from './route-comparison.ts';
import { routeKey, routeOf, type OutputStatistics } from './route-statistics.ts';

export type FeatureRequest = {
  inputTokens: number;
  maxOutputTokens?: number | undefined;
  model: string;
  system: string;
  operation?: string | undefined;
  atMs: number;
};

const TYPICAL_LOG_OUTPUT = Math.log(200);
const DAY_MS = 86_400_000;

/**
 * Numbers known before the call: what is asked (log input, its square, log maximum, no maximum), how
 * the route, its input size and the model have answered so far (log means), and when (hour as sine
 * and cosine, weekend).
 * @param usual what inputs of this size had as an output on the route, in steps, where it is known
 */
export function featuresOf(
  request: FeatureRequest,
  state: PredictorState,
  usual = usualOfRoute(request, state),
): number[] {
  const logInput = Math.log(request.inputTokens + 1);
  const maximum = request.maxOutputTokens;
  const route = routeOf(request);
  const history = state.routes.get(routeKey(route));
  const overall = logMean(state.overall, TYPICAL_LOG_OUTPUT);
  const model = logMean(state.models.get(route.model), overall);
  const ofRoute = logMean(history?.total, model);
  const angle = ((request.atMs % DAY_MS) / DAY_MS) * 2 * Math.PI;
  const weekday = (Math.floor(request.atMs / DAY_MS) + 4) % 7;
  return [
    logInput,
    logInput * logInput,
    maximum === undefined ? 0 : Math.log(maximum + 1),
    maximum === undefined ? 1 : 0,
    ofRoute,
    usual === undefined ? ofRoute : (usual / STEPS_PER_OCTAVE) * Math.LN2,
    model,
    Math.sin(angle),
    Math.cos(angle),
    weekday === 0 || weekday === 6 ? 1 : 0,
  ];
}

/** Statistics that the regression expects of a request, as heavy as `model.strength` requests. */
export function regressionStatistics(
  request: FeatureRequest,
  state: PredictorState,
  model: OutputModel,
  usual?: number,
): OutputStatistics {
  const center = logEstimate(featuresOf(request, state, usual), model.weights);
  const bins = new Float64Array(OUTPUT_BINS);
  const share = model.strength / model.residualQuantiles.length;
  let outputSum = 0;
  for (const residual of model.residualQuantiles) {
    const output = Math.max(0, Math.exp(center + residual) - 1);
    const bin = outputBin(output);
    bins[bin] = (bins[bin] ?? 0) + share;
    outputSum += share * output;
  }
  return { weight: model.strength, outputSum, logSum: model.strength * center, bins };
}

/** The regression's estimate of log(output + 1). */
export function logEstimate(features: readonly number[], weights: readonly number[]): number {
  let estimate = weights[features.length] ?? 0;
  for (const [index, feature] of features.entries()) estimate += feature * (weights[index] ?? 0);
  // Beyond these lies no real output; it also keeps every later figure finite.
  return Math.min(12, Math.max(0, estimate));
}

function usualOfRoute(request: FeatureRequest, state: PredictorState): number | undefined {
  const history = state.routes.get(routeKey(routeOf(request)));
  return history && usualOutput(history.memory, stepsOf(request.inputTokens));
}

const PRIOR_REQUESTS = 5;

const logMean = (statistics: OutputStatistics | undefined, prior: number): number =>
  ((statistics?.logSum ?? 0) + PRIOR_REQUESTS * prior) /
  ((statistics?.weight ?? 0) + PRIOR_REQUESTS);
