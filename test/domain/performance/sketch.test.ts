import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countIn,
  EMPTY_SKETCH,
  mergedSketch,
  quantilesIn,
  RELATIVE_ERROR,
  sketchOf,
} from '../../../domain/performance/sketch.ts';

const SHARES = [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1];
const values = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1e15 })),
  { minLength: 1, maxLength: 200 },
);

const oracleOf = (list: readonly number[]): DDSketch => {
  const sketch = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
  for (const value of list) sketch.accept(value);
  return sketch;
};

describe('a sketch', () => {
  it('has the quantiles of the reference library', () => {
    fc.assert(
      fc.property(values, (list) => {
        const oracle = oracleOf(list);
        const quantiles = quantilesIn(sketchOf(list), SHARES);
        for (const [at, share] of SHARES.entries()) {
          const expected = oracle.getValueAtQuantile(share);
          const relative = (quantiles[at] ?? Number.NaN) / (expected === 0 ? 1 : expected);
          expect(relative).toBeCloseTo(expected === 0 ? 0 : 1, 9);
        }
      }),
    );
  });

  it('is within its error of the value at that rank', () => {
    fc.assert(
      fc.property(values, (list) => {
        const sorted = list.toSorted((left, right) => left - right);
        const quantiles = quantilesIn(sketchOf(list), SHARES);
        for (const [at, share] of SHARES.entries()) {
          const exact = sorted[Math.floor(share * (list.length - 1))] ?? Number.NaN;
          const distance = Math.abs((quantiles[at] ?? Number.NaN) - exact);
          expect(distance).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9));
        }
      }),
    );
  });

  it('is the same however its values were divided and merged', () => {
    fc.assert(
      fc.property(values, fc.nat(200), fc.nat(200), (list, first, second) => {
        const [from, to] = [Math.min(first, second), Math.max(first, second)];
        const parts = [list.slice(to), list.slice(0, from), list.slice(from, to)].map(sketchOf);
        const merged = mergedSketch(parts);
        expect(merged).toEqual(sketchOf(list));
        expect(countIn(merged)).toBe(list.length);
      }),
    );
  });

  it('counts what is 0 below all else', () => {
    const sketch = sketchOf([0, 0, 0, 1_000]);
    expect(quantilesIn(sketch, [0.5, 0.67, 1])).toEqual([0, 0, expect.closeTo(1_002.43, 2)]);
    expect(quantilesIn(sketchOf([0]), [0, 1])).toEqual([0, 0]);
  });

  it('has no quantiles without values, and takes none that it cannot place', () => {
    expect(quantilesIn(EMPTY_SKETCH, [0.5])).toEqual([undefined]);
    for (const wrong of [-1, 0.5, Number.NaN]) expect(() => sketchOf([wrong])).toThrow(RangeError);
  });
});
