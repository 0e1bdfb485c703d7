import { MultivariateLinearRegression } from 'ml-regression';
import { createOnlinePredictor } from './online-predictor.ts';
import type { OutputModel } from './fitted-model.ts';
import { type FeatureRequest, featuresOf, logEstimate } from './output-model.ts';
import { predictOutput } from './predict-output.ts';
import { routeOf } from './route-statistics.ts';

/** One served request as the fit uses it. */
export type Sample = FeatureRequest & { outputTokens: number; session?: string | undefined };

/** Mean absolute error of the log output, and the share of outputs below the upper bound. */
export type Figures = { logError: number; cover: number };

export type BackTest = {
  /** The fitted model and its back-test results. */
  candidate: OutputModel;
  /** The same results for the currently promoted model, if there is one. */
  active?: Figures | undefined;
  /** Results of the current predictor on the newest requests and on those just before them. */
  inForce: { newest: Figures; before: Figures };
  /** Whether the candidate beats both running statistics alone and the active model. */
  better: boolean;
};

/** With fewer requests, running statistics do better. */
export const LEAST_SAMPLES = 500;

const TESTED_SHARE = 0.2;
/** Testing the current model on more than this many recent requests adds nothing. */
const MOST_TESTED = 4_000;
/** The last part of the training requests, used to choose the strength. */
const CHOOSING_SHARE = 0.2;
const MOST_CHOOSING = 2_000;
const STRENGTHS = [5, 20, 100];
/** A new model must reduce the mean log error at least to this share to be worth the change. */
const LEAST_GAIN = 0.99;
const RESIDUAL_QUANTILES = 41;
/** Index of the usual output among the features. The regression predicts the difference from it. */
const USUAL_FEATURE = 5;
/** Thirty weights need no more requests; older ones only train the running statistics. */
const MOST_FITTED = 20_000;
/** How many made-up requests hold each feature's weight back. */
const RIDGE_REQUESTS = 20;

/**
 * Fits a regression on the oldest 80 % of requests, which must be sorted oldest first, and
 * back-tests it on the newest 20 %. Both run through the requests the way the product met them, so
 * that a feature never depends on a later answer. @returns `undefined` below `LEAST_SAMPLES`
 * requests
 */
export function fitOutputModel(
  samples: readonly Sample[],
  { version, nowMs, active }: { version: string; nowMs: number; active?: OutputModel | undefined },
): BackTest | undefined {
  if (samples.length < LEAST_SAMPLES) return undefined;
  const testedOn = Math.min(MOST_TESTED, Math.ceil(samples.length * TESTED_SHARE));
  const fittedOn = samples.length - testedOn;
  const chosenOn = Math.min(MOST_CHOOSING, Math.ceil(fittedOn * CHOOSING_SHARE));
  const predictor = createOnlinePredictor();
  const fit = fitWeights(samples.slice(0, fittedOn - chosenOn), predictor);
  const models = STRENGTHS.map((strength) => ({
    ...fit,
    version,
    trainedAtMs: nowMs,
    strength,
    metrics: {
      fittedOn,
      testedOn,
      logError: 0,
      baselineLogError: 0,
      cover: 0,
    },
  }));
  const contenders = [undefined, active, ...models];
  const chosenBy = samples.slice(fittedOn - chosenOn, fittedOn);
  const choosing = runThrough(chosenBy, contenders, predictor);
  const testing = runThrough(samples.slice(fittedOn), contenders, predictor);
  const chosen = choosing
    .slice(2)
    .reduce(
      (best, { logError }, index, all) => (logError < (all[best]?.logError ?? 0) ? index : best),
      0,
    );
  const model = models[chosen];
  const [baseline, current] = testing;
  const tested = testing[chosen + 2];
  if (!model || !tested || !baseline) throw new Error('every contender has figures');
  const rival =
    active && current ? Math.min(baseline.logError, current.logError) : baseline.logError;
  return {
    candidate: {
      ...model,
      metrics: { ...model.metrics, ...tested, baselineLogError: baseline.logError },
    },
    active: active && current,
    inForce: {
      newest: (active && current) ?? baseline,
      before: (active ? choosing[1] : choosing[0]) ?? baseline,
    },
    better:
      tested.logError < rival * LEAST_GAIN && tested.cover >= Math.min(baseline.cover, 0.95) - 0.01,
  };
}

type OnlinePredictor = ReturnType<typeof createOnlinePredictor>;

/**
 * Fits on requests as the predictor meets them. It learns each request only after its features were
 * taken.
 */
function fitWeights(
  samples: readonly Sample[],
  predictor: OnlinePredictor,
): Pick<OutputModel, 'weights' | 'residualQuantiles'> {
  const features: number[][] = [];
  const outputs: number[] = [];
  for (const [index, sample] of samples.entries()) {
    if (index >= samples.length - MOST_FITTED) {
      features.push(featuresOf(sample, predictor.state));
      outputs.push(Math.log(sample.outputTokens + 1));
    }
    predictor.learn(routeOf(sample), sample);
  }
  const usual = features.map((row) => row[USUAL_FEATURE] ?? 0);
  const differences = outputs.map((output, index) => output - (usual[index] ?? 0));
  const weights = shrunkWeights(features, differences);
  weights[USUAL_FEATURE] = (weights[USUAL_FEATURE] ?? 0) + 1;
  const residuals = features
    .map((row, index) => (outputs[index] ?? 0) - logEstimate(row, weights))
    .toSorted((a, b) => a - b);
  const residualQuantiles = Array.from({ length: RESIDUAL_QUANTILES }, (_, step) => {
    const position = ((step + 0.5) / RESIDUAL_QUANTILES) * residuals.length;
    return residuals[Math.floor(position)] ?? 0;
  });
  return { weights, residualQuantiles };
}

/**
 * Feature weights, then the intercept. Shrinks weights toward zero with pairs of made-up rows in
 * which one feature is at its usual distance from the mean and changes nothing (ridge regression as
 * in Hoerl and Kennard, "Ridge regression", Technometrics 1970).
 */
function shrunkWeights(features: readonly number[][], targets: readonly number[]): number[] {
  const indexes = [...(features[0] ?? []).keys()];
  const means = indexes.map((index) => meanOf(features.map((row) => row[index] ?? 0)));
  const centered = features.map((row) => row.map((value, index) => value - (means[index] ?? 0)));
  const middle = meanOf(targets);
  const madeUp = indexes.flatMap((index) => {
    const variance = meanOf(centered.map((row) => (row[index] ?? 0) ** 2));
    // A feature that never varies gets no weight.
    const distance = Math.sqrt((RIDGE_REQUESTS / 2) * variance) || 1;
    return [distance, -distance].map((value) => indexes.map((at) => (at === index ? value : 0)));
  });
  const regression = new MultivariateLinearRegression(
    [...centered, ...madeUp],
    [...targets.map((target) => [target - middle]), ...madeUp.map(() => [0])],
    { statistics: false },
  );
  const weights = regression.weights.map(([weight = 0]) => weight);
  const intercept = (weights.pop() ?? 0) + middle;
  const ofMeans = weights.reduce((sum, weight, index) => sum + weight * (means[index] ?? 0), 0);
  return [...weights, intercept - ofMeans];
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Results of each contender on the next requests. The predictor learns each one after predicting
 * it.
 */
function runThrough(
  samples: readonly Sample[],
  contenders: readonly (OutputModel | undefined)[],
  predictor: OnlinePredictor,
): Figures[] {
  const sums = contenders.map(() => ({ logError: 0, covered: 0 }));
  for (const sample of samples) {
    for (const [contender, model] of contenders.entries()) {
      const sum = sums[contender];
      if (!sum) continue;
      const state = { ...predictor.state, model };
      const predicted = predictOutput(sample, state);
      const error = Math.log(predicted.medianTokens + 1) - Math.log(sample.outputTokens + 1);
      sum.logError += Math.abs(error);
      sum.covered += sample.outputTokens <= predicted.upperTokens ? 1 : 0;
    }
    predictor.learn(routeOf(sample), sample);
  }
  return sums.map(({ logError, covered }) => ({
    logError: logError / samples.length,
    cover: covered / samples.length,
  }));
}
