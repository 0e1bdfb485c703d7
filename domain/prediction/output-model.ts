import { OUTPUT_BINS, outputBin } from './output-histogram.ts';
import type { OutputModel } from './fitted-model.ts';
import { modelKey } from './kindred-routes.ts';
import type { PredictorState } from './predictor-state.ts';
import { type PromptShape, SIGNS } from './prompt-shape.ts';
import { STEPS_PER_OCTAVE, stepsOf } from './recent-requests.ts';
import { usualOutput } from './route-comparison.ts';
import { routeKey, routeOf, type OutputStatistics } from './route-statistics.ts';

export type FeatureRequest = {
  inputTokens: number;
  maxOutputTokens?: number | undefined;
  model: string;
  system: string;
  operation?: string | undefined;
  /** The shape of its text, if the caller sent one. */
  shape?: PromptShape | undefined;
  atMs: number;
};

const TYPICAL_LOG_OUTPUT = Math.log(200);
const DAY_MS = 86_400_000;

/**
 * Numbers known before the call: the request (log input, its square, log maximum, whether there is
 * none), past answers of the route, its input size and the model (log means), the time (hour as
 * sine and cosine, weekend), and the text's shape. Append new features, because older models have
 * weights only for the first ones.
 * @param usual the usual output of inputs of this size on the route, in steps, if known
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
  const model = logMean(state.kindred.get(modelKey(route.model))?.statistics, overall);
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
    ...shapeFeatures(request.shape),
  ];
}

/**
 * The statistics that the regression expects of a request, weighing as much as `model.strength`
 * requests.
 */
export function regressionStatistics(
  request: FeatureRequest,
  state: PredictorState,
  model: OutputModel,
  usual?: number,
): OutputStatistics {
  const center = logEstimate(featuresOf(request, state, usual), model.weights);
  return outputsAround(center, model.residualQuantiles, model.strength);
}

/**
 * Statistics of outputs spread around a logarithm of the length + 1.
 * @param residuals distances from it at equally spaced probabilities, in log units
 * @param strength how many requests the statistics weigh
 */
export function outputsAround(
  center: number,
  residuals: readonly number[],
  strength: number,
): OutputStatistics {
  const bins = new Float64Array(OUTPUT_BINS);
  const share = strength / residuals.length;
  let outputSum = 0;
  for (const residual of residuals) {
    const output = Math.max(0, Math.exp(center + residual) - 1);
    const bin = outputBin(output);
    bins[bin] = (bins[bin] ?? 0) + share;
    outputSum += share * output;
  }
  return { weight: strength, outputSum, logSum: strength * center, bins };
}

/** The regression's estimate of log(output + 1). */
export function logEstimate(features: readonly number[], weights: readonly number[]): number {
  const weighed = Math.min(features.length, weights.length - 1);
  let estimate = weights[weighed] ?? 0;
  for (let index = 0; index < weighed; index += 1) {
    estimate += (features[index] ?? 0) * (weights[index] ?? 0);
  }
  // No real output is outside this range, and it keeps later figures finite.
  return Math.min(12, Math.max(0, estimate));
}

function usualOfRoute(request: FeatureRequest, state: PredictorState): number | undefined {
  const history = state.routes.get(routeKey(routeOf(request)));
  return history && usualOutput(history.memory, stepsOf(request.inputTokens));
}

/** Whether there is a text, its turns, languages and signs, and the length it asks for. */
function shapeFeatures(shape: PromptShape | undefined): number[] {
  if (!shape) return NO_SHAPE;
  const { turns, language, signs, lengthTokens } = shape;
  return [
    1,
    Math.log(turns),
    language === 'latin' ? 1 : 0,
    language === 'cjk' ? 1 : 0,
    language === 'other' ? 1 : 0,
    ...SIGNS.map((sign) => (signs[sign] ? 1 : 0)),
    lengthTokens > 0 ? 1 : 0,
    lengthTokens > 0 ? Math.log(lengthTokens + 1) - TYPICAL_LOG_OUTPUT : 0,
  ];
}

const NO_SHAPE: number[] = Array.from({ length: 7 + SIGNS.length }, () => 0);

const PRIOR_REQUESTS = 5;

const logMean = (statistics: OutputStatistics | undefined, prior: number): number =>
  ((statistics?.logSum ?? 0) + PRIOR_REQUESTS * prior) /
  ((statistics?.weight ?? 0) + PRIOR_REQUESTS);
