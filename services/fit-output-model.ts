import { MultivariateLinearRegression } from 'ml-regression';
import { createOnlinePredictor } from '../domain/prediction/online-predictor.ts';
import type { OutputModel } from '../domain/prediction/fitted-model.ts';
import { type FeatureRequest, featuresOf, logEstimate } from '../domain/prediction/output-model.ts';
import { predictOutput } from '../domain/prediction/predict-output.ts';
import { routeOf } from '../domain/prediction/route-statistics.ts';

/** One served request as the fit sees it. */
export type Sample = FeatureRequest & { outputTokens: number };

export type BackTest = {
  /** The fitted model, with its figures of the back-test. */
  candidate: OutputModel;
  /** The same figures of the model that predicts now, where there is one. */
  active?: { logError: number; cover: number } | undefined;
  /** Whether the candidate is better than running statistics alone and than the active model. */
  better: boolean;
};

/** Fewer requests teach less than the running statistics know. */
export const LEAST_SAMPLES = 500;

const FITTED_SHARE = 0.8;
/** The last part of the fitted requests chooses the strength. */
const CHOOSING_SHARE = 0.2;
const STRENGTHS = [5, 20, 100];
/** Gain in mean log error below which a new model is not worth the change. */
const LEAST_GAIN = 0.99;
const RESIDUAL_QUANTILES = 41;
const UNKNOWN_MAXIMUM = 128_000;

/**
 * Fits a regression on the older 80 % of requests, which must come oldest first, and back-tests it on
 * the newest 20 %: both run through the requests as the product met them, so that a feature never
 * knows a later answer. @returns undefined below `LEAST_SAMPLES` requests
 */
export function fitOutputModel(
  samples: readonly Sample[],
  { version, nowMs, active }: { version: string; nowMs: number; active?: OutputModel | undefined },
): BackTest | undefined {
  if (samples.length < LEAST_SAMPLES) return undefined;
  const fittedOn = Math.floor(samples.length * FITTED_SHARE);
  const chosenFrom = Math.floor(fittedOn * (1 - CHOOSING_SHARE));
  const fit = fitWeights(samples.slice(0, chosenFrom));
  const models = STRENGTHS.map((strength) => ({
    ...fit,
    version,
    trainedAtMs: nowMs,
    strength,
    metrics: {
      fittedOn,
      testedOn: samples.length - fittedOn,
      logError: 0,
      baselineLogError: 0,
      cover: 0,
    },
  }));
  const contenders = [undefined, active, ...models];
  const errors = runThrough(samples, contenders, chosenFrom, fittedOn);
  const chosen = errors.choosing
    .slice(2)
    .reduce(
      (best, { logError }, index, all) => (logError < (all[best]?.logError ?? 0) ? index : best),
      0,
    );
  const model = models[chosen];
  const [baseline, current] = errors.testing;
  const tested = errors.testing[chosen + 2];
  if (!model || !tested || !baseline) throw new Error('every contender has figures');
  const rival =
    active && current ? Math.min(baseline.logError, current.logError) : baseline.logError;
  return {
    candidate: {
      ...model,
      metrics: { ...model.metrics, ...tested, baselineLogError: baseline.logError },
    },
    active: active && current,
    better:
      tested.logError < rival * LEAST_GAIN && tested.cover >= Math.min(baseline.cover, 0.95) - 0.01,
  };
}

function fitWeights(
  samples: readonly Sample[],
): Pick<OutputModel, 'weights' | 'residualQuantiles'> {
  const predictor = createOnlinePredictor();
  const features: number[][] = [];
  const outputs: number[][] = [];
  for (const sample of samples) {
    features.push(featuresOf(sample, predictor.state));
    outputs.push([Math.log(sample.outputTokens + 1)]);
    predictor.learn(routeOf(sample), sample);
  }
  const regression = new MultivariateLinearRegression(features, outputs, { statistics: false });
  const weights = regression.weights.map(([weight = 0]) => weight);
  const residuals = features
    .map((row, index) => (outputs[index]?.[0] ?? 0) - logEstimate(row, weights))
    .toSorted((a, b) => a - b);
  const residualQuantiles = Array.from({ length: RESIDUAL_QUANTILES }, (_, step) => {
    const position = ((step + 0.5) / RESIDUAL_QUANTILES) * residuals.length;
    return residuals[Math.floor(position)] ?? 0;
  });
  return { weights, residualQuantiles };
}

type Figures = { logError: number; cover: number };

/** Figures of each contender on the requests that choose and on those that test. */
function runThrough(
  samples: readonly Sample[],
  contenders: readonly (OutputModel | undefined)[],
  chosenFrom: number,
  testedFrom: number,
): { choosing: Figures[]; testing: Figures[] } {
  const predictor = createOnlinePredictor();
  const sums = () => contenders.map(() => ({ logError: 0, covered: 0 }));
  const choosing = sums();
  const testing = sums();
  for (const [index, sample] of samples.entries()) {
    if (index >= chosenFrom) {
      const part = index < testedFrom ? choosing : testing;
      const maxOutputTokens = sample.maxOutputTokens ?? UNKNOWN_MAXIMUM;
      for (const [contender, model] of contenders.entries()) {
        const sum = part[contender];
        if (!sum) continue;
        const state = { ...predictor.state, model };
        const predicted = predictOutput({ ...sample, maxOutputTokens }, state);
        const error = Math.log(predicted.medianTokens + 1) - Math.log(sample.outputTokens + 1);
        sum.logError += Math.abs(error);
        sum.covered += sample.outputTokens <= predicted.upperTokens ? 1 : 0;
      }
    }
    predictor.learn(routeOf(sample), sample);
  }
  const figures = (part: typeof choosing, count: number): Figures[] =>
    part.map(({ logError, covered }) => ({ logError: logError / count, cover: covered / count }));
  return {
    choosing: figures(choosing, testedFrom - chosenFrom),
    testing: figures(testing, samples.length - testedFrom),
  };
}
