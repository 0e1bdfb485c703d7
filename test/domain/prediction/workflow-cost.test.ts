import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binMiddle, OUTPUT_BINS } from '../../../domain/prediction/output-histogram.ts';
import { runSlices, SLICE_SHARES } from '../../../domain/prediction/run-slices.ts';
import { type StepCost, workflowCost } from '../../../domain/prediction/workflow-cost.ts';
import { logNormal, simulateSums, stepOf } from './simulated-workflow.ts';

const STEP = stepOf(logNormal(300, 0.7));

describe('workflowCost', () => {
  test('of one certain run is the cost of that run', () => {
    const step = {
      ...STEP,
      upperBoundNanoUsd: STEP.upperBoundNanoUsd + 7n,
      inputMarginNanoUsd: 7n,
    };
    expect(workflowCost([step])).toMatchObject({
      expectedNanoUsd: STEP.expectedNanoUsd,
      upperBoundNanoUsd: STEP.upperBoundNanoUsd + 7n,
      ceilingNanoUsd: STEP.ceilingNanoUsd,
      runs: [1],
    });
  });

  test('counts retries as a series that ends', () => {
    const cost = workflowCost([{ ...STEP, retries: 2, retryProbability: 0.5 }]);
    expect(cost.runs).toEqual([1.75]);
    expect(cost.ceilingNanoUsd).toBe(3n * STEP.ceilingNanoUsd);
  });

  test('adds margins for counting inputs whole, since all runs of a step share that error', () => {
    const fanOut = { ...STEP, times: 50 };
    const margin = 1_000_000n;
    const without = workflowCost([fanOut]);
    const withMargin = workflowCost([
      { ...fanOut, inputMarginNanoUsd: margin, upperBoundNanoUsd: STEP.upperBoundNanoUsd + margin },
    ]);
    expect(withMargin.upperBoundNanoUsd - without.upperBoundNanoUsd).toBe(50n * margin);
  });

  test('holds more when all runs are of one route, since they share its error', () => {
    const routes = Array.from({ length: 20 }, (_, index) => ({ ...STEP, route: `${index}` }));
    const apart = workflowCost(routes).upperBoundNanoUsd;
    expect(workflowCost(Array.from({ length: 20 }, () => STEP)).upperBoundNanoUsd).toBeGreaterThan(
      apart,
    );
  });

  const heavy = stepOf(logNormal(200, 1.3), 'heavy');
  const routed = (count: number, step: StepCost): StepCost[] =>
    Array.from({ length: count }, (_, index) => ({ ...step, route: `${index}` }));
  test.each<[name: string, steps: StepCost[], mostOfSumOfBounds: number]>([
    ['two runs', [{ ...STEP, times: 2 }], 0.9],
    ['twenty equal steps', routed(20, STEP), 0.62],
    ['twenty steps of one route', Array.from({ length: 20 }, () => STEP), 0.65],
    ['a fan-out of a hundred', [{ ...STEP, times: 100 }], 0.6],
    ['heavy tails', routed(8, heavy), 0.66],
    ['retries', [{ ...STEP, times: 6, retries: 3, retryProbability: 0.3 }], 0.75],
    ['optional steps', [...routed(6, STEP), { ...heavy, probability: 0.3, times: 4 }], 0.8],
    ['one optional step', [{ ...STEP, probability: 0.5 }], 1.8],
  ])('covers 95 in 100 simulated sums: %s', (_, steps, most) => {
    const cost = workflowCost(steps);
    const sums = simulateSums(steps, 40_000);
    const upper = Number(cost.upperBoundNanoUsd);
    const covered = sums.filter((sum) => sum <= upper).length / sums.length;
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.96);
    const near = sums.filter((sum) => Math.abs(sum / Number(cost.expectedNanoUsd) - 1) <= 0.25);
    expect(cost.confidence).toBeCloseTo(near.length / sums.length, 1);
    const sumOfBounds = steps.reduce(
      (sum, step, index) => sum + Number(step.upperBoundNanoUsd) * (cost.runs[index] ?? 0),
      0,
    );
    expect(upper / sumOfBounds).toBeLessThan(most);
  });

  test('orders its figures for any workflow', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const step = fc
      .record({
        expectedNanoUsd: amount,
        above: amount,
        margin: amount,
        further: amount,
        slices: fc
          .array(fc.double({ min: 0, max: 1e15, noNaN: true }), {
            minLength: SLICE_SHARES.length,
            maxLength: SLICE_SHARES.length,
          })
          .map((values) => values.toSorted((a, b) => a - b)),
        route: fc.constantFrom('a', 'b'),
        probability: fc.double({ min: 0, max: 1, noNaN: true }),
        times: fc.integer({ min: 1, max: 10_000 }),
        retries: fc.integer({ min: 0, max: 10 }),
        retryProbability: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ above, margin, further, ...rest }) => ({
        ...rest,
        inputMarginNanoUsd: margin,
        upperBoundNanoUsd: rest.expectedNanoUsd + above + margin,
        ceilingNanoUsd: rest.expectedNanoUsd + above + margin + further,
      }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const cost = workflowCost(steps);
        expect(cost.expectedNanoUsd <= cost.upperBoundNanoUsd).toBe(true);
        expect(cost.upperBoundNanoUsd <= cost.ceilingNanoUsd).toBe(true);
        expect(cost.confidence).toBeGreaterThanOrEqual(0);
        expect(cost.confidence).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('runSlices', () => {
  test('keep the mean of a run and its calibrated bound', () => {
    const output = logNormal(300, 0.7);
    const mean = output.shares.reduce((sum, share, bin) => sum + share * binMiddle(bin), 0);
    const run = {
      output,
      maxOutputTokens: 100_000,
      costOfOutput: (tokens: number) => BigInt(1_000 + Math.round(tokens * 10)),
      expectedNanoUsd: BigInt(Math.round(1_000 + mean * 10)),
      upperBoundNanoUsd: 14_000n,
    };
    const slices = runSlices(run);
    const below = SLICE_SHARES.filter((_, index) => (slices[index] ?? 0) <= 14_000);
    expect(below.reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.95, 2);
    const sliceMean = SLICE_SHARES.reduce(
      (sum, share, index) => sum + share * (slices[index] ?? 0),
      0,
    );
    expect(Math.abs(sliceMean / Number(run.expectedNanoUsd) - 1)).toBeLessThan(0.03);
  });

  test('end at the maximum of the output', () => {
    const shares = new Float64Array(OUTPUT_BINS);
    shares[OUTPUT_BINS - 1] = 1;
    const slices = runSlices({
      output: { shares, mean: 200_000 },
      maxOutputTokens: 500,
      costOfOutput: (tokens) => BigInt(tokens),
      expectedNanoUsd: 500n,
      upperBoundNanoUsd: 500n,
    });
    for (const cost of slices) expect(cost).toBeCloseTo(500, 6);
  });
});
