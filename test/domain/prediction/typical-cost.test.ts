import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  OUTPUT_BINS,
  outputBin,
  type OutputDistribution,
  quantileOf,
} from '../../../domain/prediction/output-histogram.ts';
import { typicalOutput } from '../../../domain/prediction/typical-cost.ts';

/** Outputs with their shares; the mean is irrelevant here. */
function distributionOf(outputs: readonly [tokens: number, share: number][]): OutputDistribution {
  const shares = new Float64Array(OUTPUT_BINS);
  for (const [tokens, share] of outputs) {
    const bin = outputBin(tokens);
    shares[bin] = (shares[bin] ?? 0) + share;
  }
  return { shares, mean: 0 };
}

describe('typicalOutput', () => {
  test('moves from a median between two clusters into the greater one', () => {
    const clusters = distributionOf([
      [100, 0.4925],
      [150, 0.01],
      [400, 0.4975],
    ]);
    expect(quantileOf(clusters, 0.5)).toBeGreaterThan(140);
    expect(quantileOf(clusters, 0.5)).toBeLessThan(160);
    expect(typicalOutput(clusters, 0, 4_096)).toBeGreaterThan(360);
  });

  test('stays near the median where the greatest cluster lies far from it', () => {
    const skewed = distributionOf([
      [10, 0.3],
      [500, 0.2],
      [600, 0.2],
      [800, 0.3],
    ]);
    expect(typicalOutput(skewed, 0, 4_096)).toBeGreaterThan(480);
  });

  test('is whole, positive and at most the maximum, whatever the distribution', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(200_000), fc.double({ min: 0, max: 1, noNaN: true }))),
        fc.double({ min: 0, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        (outputs, inputTokens, maximum) => {
          const output = typicalOutput(distributionOf(outputs), inputTokens, maximum);
          expect(Number.isInteger(output)).toBe(true);
          expect(output).toBeGreaterThanOrEqual(1);
          expect(output).toBeLessThanOrEqual(maximum);
        },
      ),
    );
  });
});
