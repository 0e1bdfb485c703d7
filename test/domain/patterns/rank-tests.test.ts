import { describe, expect, test } from 'vitest';
import {
  atLeastByChance,
  monotonousByChance,
  weekdaysByChance,
} from '../../../domain/patterns/rank-tests.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const NOISY = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6];
/** Each value leans on the one before it. */
const DRIFTING = NOISY.map((_, index) =>
  NOISY.slice(0, index + 1).reduce((sum, value) => sum + value - 4.5, 0),
);

describe('a trend by chance', () => {
  test('is not judged below four values', () => {
    expect(monotonousByChance([1, 2, 3])).toBe(1);
    expect(monotonousByChance([1, 2, 3, 4])).toBeLessThan(1);
  });

  test.each<[string, number[], number]>([
    // S = 6, variance 26/3: z = 5 / 2.944.
    ['four rising values', [1, 2, 3, 4], 0.0894],
    ['four falling values', [4, 3, 2, 1], 0.0894],
    // S = 45, variance 125: z = 44 / 11.18.
    ['ten rising values', range(10), 0.000083],
    // One tie of two takes 1 from the variance: S = 5, z = 4 / sqrt(23/3).
    ['a tie', [1, 2, 2, 3], 0.1486],
    ['no trend', [1, 2, 2, 1], 1],
  ])('is as published for %s', (_, values, probability) => {
    expect(monotonousByChance(values)).toBeCloseTo(probability, 4);
  });

  test('is likelier where values lean on each other', () => {
    expect(monotonousByChance(NOISY)).toMatchInlineSnapshot(`0.1607505723605275`);
    expect(monotonousByChance(DRIFTING)).toMatchInlineSnapshot(`0.009743420423707657`);
  });
});

describe('weekdays that differ by chance', () => {
  test('are not judged before each has two days', () => {
    expect(weekdaysByChance(range(13))).toBe(1);
    expect(weekdaysByChance(range(14))).toBeLessThan(1);
    expect(weekdaysByChance(Array<number>(21).fill(5))).toBe(1);
  });

  test('are as unlikely as their ranks say', () => {
    // Ranks of weekday w: w and w + 7. H = 12 / (14 · 15) · Σ (2w + 7)² / 2 − 3 · 15 = 3.2.
    expect(weekdaysByChance(range(14))).toBeCloseTo(Math.exp(-1.6) * (1 + 1.6 + 1.6 ** 2 / 2), 9);
    expect(weekdaysByChance(NOISY)).toMatchInlineSnapshot(`0.15950115420138158`);
  });
});

test.each([
  [0, 2, 1],
  [1, 2, 1 - Math.exp(-2)],
  [2, 2, 1 - 3 * Math.exp(-2)],
  [3, 2, 1 - 5 * Math.exp(-2)],
])('at least %i rare events of %i expected', (events, mean, probability) => {
  expect(atLeastByChance(events, mean)).toBeCloseTo(probability, 12);
});
