/**
 * A linear regression of the logarithm of the output length, fitted by `services/prediction/train-predictor.ts`
 * and stored as JSON. Its distribution of residuals makes of every estimate a distribution.
 */
export type OutputModel = {
  version: string;
  trainedAtMs: number;
  /** One weight per feature, then the intercept. */
  weights: number[];
  /** Residuals in log units at equally spaced probabilities from 0 to 1. */
  residualQuantiles: number[];
  /** How many requests of history its estimate is worth when it is mixed with the route's own. */
  strength: number;
  metrics: ModelMetrics;
};

/** Figures of the back-test, on requests newer than those of the fit. */
export type ModelMetrics = {
  fittedOn: number;
  testedOn: number;
  /** Mean absolute error of log output: of this predictor, and of running statistics alone. */
  logError: number;
  baselineLogError: number;
  /** Share of test requests whose output stayed under the upper bound. */
  cover: number;
};

/** The model in force, and for whom: the others are served by the one before it, if any. */
export type Promotion = {
  model: OutputModel;
  /** Share of users from 1 to 100, chosen by a stable hash. */
  rolloutPercent: number;
  previous?: OutputModel | undefined;
};
