import {
  binMiddle,
  binStart,
  OUTPUT_BINS,
  type OutputDistribution,
  quantileOf,
} from '../../../domain/prediction/output-histogram.ts';
import { meanOfSlices, runSlices } from '../../../domain/prediction/run-slices.ts';
import { SHARED_CORRELATION } from '../../../domain/prediction/sum-of-runs.ts';
import type { StepCost } from '../../../domain/prediction/workflow-cost.ts';
import { createRandom } from '../../simulation/random.ts';

const MAX_TOKENS = 60_000;
const INPUT_NANO_USD = 500_000;
const NANO_USD_PER_TOKEN = 15_000;
const costOf = (tokens: number): number => INPUT_NANO_USD + NANO_USD_PER_TOKEN * tokens;

/** A log-normal output distribution with this median and log deviation. */
export function logNormal(median: number, deviation: number): OutputDistribution {
  const weights = Array.from({ length: OUTPUT_BINS }, (_, bin) => {
    const middle = Math.log((binStart(bin) + binStart(bin + 1)) / 2 + 1);
    return Math.exp(-0.5 * ((middle - Math.log(median)) / deviation) ** 2);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = Float64Array.from(weights, (weight) => weight / sum);
  return { shares, mean: shares.reduce((mean, share, bin) => mean + share * binMiddle(bin), 0) };
}

/** A one-run step with this output distribution, the same one that `simulateSums` draws from. */
export function stepOf(output: OutputDistribution, route = 'one'): StepCost {
  const draws = quantilesOf(output);
  const mean = draws.reduce((sum, cost) => sum + cost, 0) / draws.length;
  const run = {
    output,
    maxOutputTokens: MAX_TOKENS,
    costOfOutput: (tokens: number) => BigInt(costOf(tokens)),
    expectedNanoUsd: BigInt(Math.round(mean)),
    upperBoundNanoUsd: BigInt(Math.round(costOf(quantileOf(output, 0.95)))),
  };
  const slices = runSlices(run);
  DRAWS.set(slices, draws);
  return {
    expectedNanoUsd: run.expectedNanoUsd,
    upperBoundNanoUsd: run.upperBoundNanoUsd,
    ceilingNanoUsd: BigInt(costOf(MAX_TOKENS)),
    inputMarginNanoUsd: 0n,
    slices,
    route,
    probability: 1,
    times: 1,
    retries: 0,
    retryProbability: 0,
  };
}

const DRAWS = new Map<StepCost['slices'], number[]>();
const DRAW_COUNT = 20_000;

const quantilesOf = (output: OutputDistribution): number[] =>
  Array.from({ length: DRAW_COUNT }, (_, index) =>
    costOf(Math.min(MAX_TOKENS, quantileOf(output, (index + 0.5) / DRAW_COUNT))),
  );

/**
 * Simulated sums of a workflow. Each run has its own error plus one shared by all runs of its
 * route.
 */
export function simulateSums(steps: readonly StepCost[], count: number): number[] {
  const random = createRandom(7);
  const isAlone = steps.length === 1 && steps[0]?.times === 1 && steps[0].retries === 0;
  return Array.from({ length: count }, () => {
    const sharedOf = new Map<string, number>();
    let sum = 0;
    for (const step of steps) {
      const shared = sharedOf.get(step.route) ?? random.next();
      sharedOf.set(step.route, shared);
      if (!random.chance(step.probability)) continue;
      const draws = DRAWS.get(step.slices) ?? [];
      const at = (share: number): number => draws[Math.floor(share * draws.length)] ?? 0;
      const mean = meanOfSlices(step.slices);
      const correlation = isAloneOnRoute(steps, step) || isAlone ? 0 : SHARED_CORRELATION;
      const ofAll = Math.sqrt(correlation) * (at(shared) - mean);
      for (let run = 0; run < step.times; run += 1) {
        let retries = 0;
        do {
          sum += mean + ofAll + Math.sqrt(1 - correlation) * (at(random.next()) - mean);
          retries += 1;
        } while (retries <= step.retries && random.chance(step.retryProbability));
      }
    }
    return sum;
  });
}

const isAloneOnRoute = (steps: readonly StepCost[], step: StepCost): boolean =>
  steps.filter(({ route }) => route === step.route).length === 1 &&
  step.times === 1 &&
  step.retries === 0;
