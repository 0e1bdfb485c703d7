import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StepCost, workflowCost } from '../../../domain/prediction/workflow-cost.ts';

const STEP: StepCost = {
  expectedNanoUsd: 1_000_000n,
  upperBoundNanoUsd: 1_600_000n,
  ceilingNanoUsd: 9_000_000n,
  inputMarginNanoUsd: 0n,
  probability: 1,
  times: 1,
  retries: 0,
  retryProbability: 0,
};

describe('workflowCost', () => {
  test('of one certain run is the cost of that run', () => {
    const cost = workflowCost([{ ...STEP, inputMarginNanoUsd: 100_000n }]);
    expect(cost).toMatchObject({
      expectedNanoUsd: 1_000_000n,
      upperBoundNanoUsd: 1_600_000n,
      ceilingNanoUsd: 9_000_000n,
      runs: [1],
    });
  });

  test('adds expected costs, and distances to the bound in quadrature', () => {
    const cost = workflowCost([STEP, { ...STEP, times: 3 }]);
    expect(cost.expectedNanoUsd).toBe(4_000_000n);
    expect(cost.upperBoundNanoUsd).toBe(5_200_000n);
    expect(cost.ceilingNanoUsd).toBe(36_000_000n);
  });

  test('counts retries as a series that ends', () => {
    const cost = workflowCost([{ ...STEP, retries: 2, retryProbability: 0.5 }]);
    expect(cost.runs).toEqual([1.75]);
    expect(cost.expectedNanoUsd).toBe(1_750_000n);
    expect(cost.ceilingNanoUsd).toBe(27_000_000n);
  });

  test('agrees with simulation on how often steps run', () => {
    const step = { ...STEP, probability: 0.4, times: 3, retries: 3, retryProbability: 0.3 };
    let seed = 7;
    const uniform = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const counts = Array.from({ length: 40_000 }, () => {
      if (uniform() >= step.probability) return 0;
      let calls = 0;
      for (let run = 0; run < step.times; run += 1) {
        calls += 1;
        for (let i = 0; i < step.retries && uniform() < step.retryProbability; i += 1) calls += 1;
      }
      return calls;
    });
    const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
    const deviation = Math.sqrt(
      counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length,
    );
    const certain = { ...step, upperBoundNanoUsd: step.expectedNanoUsd };
    const cost = workflowCost([certain]);
    expect(cost.runs[0]).toBeCloseTo(mean, 1);
    const spread = Number(cost.upperBoundNanoUsd - cost.expectedNanoUsd) / 1e6 / 1.645;
    expect(spread).toBeCloseTo(deviation, 1);
  });

  test('orders its figures for any workflow', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const step = fc
      .record({
        expectedNanoUsd: amount,
        above: amount,
        margin: amount,
        further: amount,
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
