import { describe, expect, it } from 'vitest';
import {
  classifyLabelled,
  macroF1Percent,
} from '../../../lab/evaluation/figures/pattern-figures.ts';
import { classifyPattern } from '../../../domain/patterns/classify-pattern.ts';
import {
  atLeastByChance,
  monotonousByChance,
  weekdaysByChance,
} from '../../../domain/patterns/rank-tests.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const WEEK = [1, 1, 1.1, 1, 1.2, 0.4, 0.3];

const drawn = (days: number, level: (day: number) => number, noise = 0.05, seed = 5): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: days }, (_, day) => level(day) * logNormalVariate(noise, random));
};

describe('the pattern of a series', () => {
  it.each([1, 2, 3])('is found among labelled ones of 14 to 400 days, seed %i', (seed) => {
    expect(macroF1Percent(classifyLabelled(60, seed))).toBeGreaterThanOrEqual(90);
  });

  it.each([
    { pattern: 'steady', level: () => 100 },
    { pattern: 'growing', level: (day: number) => 100 + 3 * day },
    { pattern: 'declining', level: (day: number) => 400 - 3 * day },
    { pattern: 'seasonal', level: (day: number) => 100 * (WEEK[day % 7] ?? 1) },
    { pattern: 'spiky', level: (day: number) => ([9, 24, 41, 58].includes(day) ? 700 : 100) },
  ])('is $pattern, with evidence', ({ pattern, level }) => {
    const result = classifyPattern(drawn(70, level));
    expect(result.pattern).toBe(pattern);
    expect(result.confidence).toBeGreaterThan(0.5);
    expect(result.confidence).toBeLessThanOrEqual(1);
    const [first] = result.evidence;
    if (pattern !== 'steady') expect(first).toMatchObject({ pattern });
  });

  it('is the one that moves most where there are several, less surely', () => {
    const both = drawn(70, (day) => (100 + 2 * day) * (WEEK[day % 7] ?? 1));
    const result = classifyPattern(both);
    const alone = classifyPattern(drawn(70, (day) => 100 * (WEEK[day % 7] ?? 1)));
    expect(result.pattern).toBe('seasonal');
    expect(result.evidence.map(({ pattern }) => pattern)).toContain('growing');
    expect(result.confidence).toBeLessThan(alone.confidence);
  });

  it('is called steady without confidence where nobody can know', () => {
    expect(classifyPattern([5, 6, 7])).toMatchObject({ pattern: 'steady', confidence: 0 });
    expect(classifyPattern(Array<number>(60).fill(0))).toMatchObject({ confidence: 0 });
    expect(classifyPattern([])).toMatchObject({ pattern: 'steady', confidence: 0 });
  });

  it('is told of exact values too', () => {
    expect(classifyPattern(Array<number>(60).fill(7))).toMatchObject({ pattern: 'steady' });
    for (const [week, count] of [
      [WEEK, 10],
      [[5, 5, 5, 5, 5, 0, 0], 3],
    ] as const) {
      const weeks = Array.from({ length: count }, () => week).flat();
      expect(classifyPattern(weeks).pattern).toBe('seasonal');
    }
  });

  it('tells the change of a week', () => {
    const { weeklyChangePercent } = classifyPattern(drawn(120, (day) => 100 * 1.01 ** day));
    expect(weeklyChangePercent).toBeGreaterThan(6);
    expect(weeklyChangePercent).toBeLessThan(8);
  });
});

describe('rank tests', () => {
  it('agree with published tables', () => {
    // Ten values in order: S = 45, variance 125, z = 44 / √125.
    expect(monotonousByChance([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeCloseTo(8.3e-5, 5);
    // Each value twice: S = 40, variance 125 − 5 · 18 / 18, z = 39 / √120.
    expect(monotonousByChance([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])).toBeCloseTo(3.71e-4, 6);
    // Five equal weekdays and two other days: H is 20 of 21 days, the maximum.
    const job = Array.from({ length: 3 }, () => [5, 5, 5, 5, 5, 0, 0]).flat();
    expect(weekdaysByChance(job)).toBeCloseTo(61 * Math.exp(-10), 9);
    expect(weekdaysByChance(Array<number>(21).fill(5))).toBe(1);
    // Poisson with mean 1: probability 1 − 2/e of at least two.
    expect(atLeastByChance(2, 1)).toBeCloseTo(1 - 2 / Math.E, 12);
    expect(atLeastByChance(0, 1)).toBe(1);
  });

  it('are wrong as rarely as they say', () => {
    const random = seededRandom(21);
    const noise = (): number[] => Array.from({ length: 42 }, () => random());
    const series = Array.from({ length: 600 }, noise);
    const share = (test: (values: readonly number[]) => number): number =>
      series.filter((values) => test(values) < 0.05).length / series.length;
    expect(share(monotonousByChance)).toBeLessThan(0.08);
    expect(share(weekdaysByChance)).toBeLessThan(0.08);
    expect(share(weekdaysByChance)).toBeGreaterThan(0.02);
  });
});
