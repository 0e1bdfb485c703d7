import { divideRoundingUp, maxNanoUsd, minNanoUsd, type NanoUsd } from '../money.ts';

/** One step of a workflow: what one run costs, and how often it may run. */
export type StepCost = {
  expectedNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  ceilingNanoUsd: NanoUsd;
  /** Part of the upper bound that covers the error of counting the input. */
  inputMarginNanoUsd: NanoUsd;
  /** That the step runs at all. */
  probability: number;
  /** Runs side by side. */
  times: number;
  /** Most retries of one run, and the probability that an attempt is retried. */
  retries: number;
  retryProbability: number;
};

export type WorkflowCost = {
  expectedNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  ceilingNanoUsd: NanoUsd;
  /** Probability that the actual cost lies within 25 % of the expected. */
  confidence: number;
  /** Expected number of calls, by step. */
  runs: number[];
};

const MILLION = 1_000_000;
const Z_95 = 1.645;

/**
 * The cost of a workflow. Expected costs add up. Upper bounds do not: one run rarely costs its bound,
 * and all runs at once almost never. So the distances from expected to upper bound are added in
 * quadrature, as variances of independent runs are, together with the variance of how often a step
 * runs; a workflow of one certain run has exactly the bound of that run. Errors that all runs share
 * (a model that has changed) are not in it.
 */
export function workflowCost(steps: readonly StepCost[]): WorkflowCost {
  let expectedNanoUsd = 0n;
  let ceilingNanoUsd = 0n;
  let marginNanoUsd = 0;
  let squares = 0;
  const runs: number[] = [];
  for (const step of steps) {
    const { mean, variance } = runsOf(step);
    const one = Number(step.expectedNanoUsd);
    const margin = Number(step.inputMarginNanoUsd);
    const distance = Number(step.upperBoundNanoUsd) - margin - one;
    expectedNanoUsd += times(step.expectedNanoUsd, mean);
    if (step.probability > 0) {
      ceilingNanoUsd += step.ceilingNanoUsd * BigInt(step.times * (1 + step.retries));
    }
    marginNanoUsd += mean * margin;
    squares += mean * distance ** 2 + variance * (Z_95 * one) ** 2;
    runs.push(mean);
  }
  const spread = Math.sqrt(squares);
  const above = BigInt(Math.ceil(spread + marginNanoUsd));
  const deviation = (spread + marginNanoUsd) / Z_95;
  return {
    expectedNanoUsd,
    upperBoundNanoUsd: maxNanoUsd(
      expectedNanoUsd,
      minNanoUsd(ceilingNanoUsd, expectedNanoUsd + above),
    ),
    ceilingNanoUsd: maxNanoUsd(ceilingNanoUsd, expectedNanoUsd),
    confidence: normalShareWithin((0.25 * Number(expectedNanoUsd)) / Math.max(deviation, 1)),
    runs,
  };
}

/** Mean and variance of the number of calls: retries are a geometric series that ends. */
function runsOf(step: StepCost): { mean: number; variance: number } {
  let attempts = 0;
  let squares = 0;
  let reached = 1;
  for (let attempt = 1; attempt <= step.retries + 1; attempt += 1) {
    attempts += reached;
    squares += reached * (2 * attempt - 1);
    reached *= step.retryProbability;
  }
  const all = step.times * attempts;
  const varianceIfRun = step.times * (squares - attempts * attempts);
  const mean = step.probability * all;
  return { mean, variance: step.probability * (varianceIfRun + all * all) - mean * mean };
}

const times = (amount: NanoUsd, factor: number): NanoUsd =>
  divideRoundingUp(amount * BigInt(Math.round(factor * MILLION)), BigInt(MILLION));

/** Share of a normal distribution within `z` deviations: Abramowitz and Stegun 7.1.26. */
function normalShareWithin(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, Math.max(0, 1 - series * Math.exp(-x * x)));
}
