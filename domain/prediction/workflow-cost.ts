import { divideRoundingUp, maxNanoUsd, minNanoUsd, type NanoUsd } from '../money.ts';
import { UPPER_PROBABILITY } from './upper-bound.ts';
import type { RunSlices } from './run-slices.ts';
import { sumOfRuns } from './sum-of-runs.ts';

/** One step of a workflow: what one run costs, and how often it may run. */
export type StepCost = {
  expectedNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  ceilingNanoUsd: NanoUsd;
  /** The part of the upper bound that covers errors in counting the input. */
  inputMarginNanoUsd: NanoUsd;
  /** Distribution of the cost of one run. */
  slices: RunSlices;
  /** Steps of the same route share prediction errors. */
  route: string;
  /** The probability that the step runs at all. */
  probability: number;
  /** Number of parallel runs. */
  times: number;
  /** The maximum number of retries of one run, and the probability that an attempt is retried. */
  retries: number;
  retryProbability: number;
};

export type WorkflowCost = {
  expectedNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  ceilingNanoUsd: NanoUsd;
  /** Probability that the actual cost is within 25 % of the expected cost. */
  confidence: number;
  /** Expected number of calls, by step. */
  runs: number[];
};

const MILLION = 1_000_000;

/**
 * The cost of a workflow. Expected costs add up. Upper bounds do not, because a single run rarely
 * reaches its bound and all of them almost never do. The workflow's bound is the 95 % quantile of
 * the sum's distribution (`sumOfRuns`) plus the margins for counting inputs, which all runs of a
 * step share. A workflow with a single certain run has exactly that run's bound.
 */
export function workflowCost(steps: readonly StepCost[]): WorkflowCost {
  const counts = steps.map(callsOf);
  let expectedNanoUsd = 0n;
  let ceilingNanoUsd = 0n;
  let marginNanoUsd = 0n;
  for (const [index, step] of steps.entries()) {
    const mean = counts[index]?.mean ?? 0;
    expectedNanoUsd += times(step.expectedNanoUsd, mean);
    marginNanoUsd += times(step.inputMarginNanoUsd, mean);
    if (step.probability > 0) {
      ceilingNanoUsd += step.ceilingNanoUsd * BigInt(step.times * (1 + step.retries));
    }
  }
  const sum = sumOfRuns(steps.map((step, index) => ({ ...step, ...(counts[index] ?? NO_CALLS) })));
  const [only, ...others] = steps;
  const isOneCertainRun = others.length === 0 && counts[0]?.mean === 1 && counts[0].variance === 0;
  const upperNanoUsd =
    only && isOneCertainRun
      ? only.upperBoundNanoUsd
      : BigInt(Math.ceil(sum.quantile(UPPER_PROBABILITY))) + marginNanoUsd;
  const expected = Number(expectedNanoUsd);
  return {
    expectedNanoUsd,
    upperBoundNanoUsd: maxNanoUsd(expectedNanoUsd, minNanoUsd(ceilingNanoUsd, upperNanoUsd)),
    ceilingNanoUsd: maxNanoUsd(ceilingNanoUsd, expectedNanoUsd),
    confidence: Math.max(0, sum.shareUpTo(1.25 * expected) - sum.shareUpTo(0.75 * expected)),
    runs: counts.map(({ mean }) => mean),
  };
}

const NO_CALLS = { mean: 0, variance: 0 };

/** Mean and variance of the number of calls. Retries are a finite geometric series. */
function callsOf(step: StepCost): { mean: number; variance: number } {
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
  const variance = step.probability * (varianceIfRun + all * all) - mean * mean;
  return { mean, variance: Math.max(0, variance) };
}

const times = (amount: NanoUsd, factor: number): NanoUsd =>
  divideRoundingUp(amount * BigInt(Math.round(factor * MILLION)), BigInt(MILLION));
