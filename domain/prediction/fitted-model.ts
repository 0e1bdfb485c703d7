/**
 * A linear regression of the logarithm of the output length, fitted by
 * `services/prediction/train-predictor.ts` and stored as JSON. Its residuals turn each estimate
 * into a distribution.
 */
export type OutputModel = {
  version: string;
  trainedAtMs: number;
  /** One weight per feature, then the intercept. */
  weights: number[];
  /** Residuals in log units at equally spaced probabilities from 0 to 1. */
  residualQuantiles: number[];
  /** How many of the route's own requests its estimate is worth when the two are mixed. */
  strength: number;
  metrics: ModelMetrics;
};

/** Back-test results on requests newer than the training data. */
export type ModelMetrics = {
  fittedOn: number;
  testedOn: number;
  /** Mean absolute error of the log output, for this predictor and for running statistics alone. */
  logError: number;
  baselineLogError: number;
  /** The share of test requests whose output stayed below the upper bound. */
  cover: number;
};

/** The promoted model and who gets it. Everyone else keeps the previous one, if any. */
export type Promotion = {
  model: OutputModel;
  /** Share of users, 1 to 100, chosen by a stable hash. */
  rolloutPercent: number;
  previous?: OutputModel | undefined;
};
