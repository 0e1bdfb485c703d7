import { describe, expect, test } from 'vitest';
import { PATTERNS } from '../../../domain/patterns/classify-pattern.ts';
import { lastingSteps } from '../../../domain/series/lasting-steps.ts';
import { withoutSteps } from '../../../domain/series/step-free.ts';
import { labelledSeries } from '../../../lab/evaluation/figures/labelled-series.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const WEEK = [1, 1, 1.1, 1, 1.2, 0.4, 0.3];
const drawn = (count: number, level: (day: number) => number, noise = 0.15): number[] => {
  const random = seededRandom(23);
  return Array.from({ length: count }, (_, day) => level(day) * logNormalVariate(noise, random));
};
const weekday = (day: number): number => WEEK[day % 7] ?? 1;

describe('a lasting step', () => {
  test.each([
    ['up', 2],
    ['down', 0.4],
  ])('%s is steps on its day, with its levels, among weekdays', (_, ratio) => {
    const days = drawn(70, (day) => 100 * weekday(day) * (day < 40 ? 1 : ratio));
    const [step, ...more] = lastingSteps(days);
    expect(more).toEqual([]);
    expect(step?.at).toBe(40);
    expect(step?.knownFrom).toBeLessThan(50);
    expect((step?.since ?? 0) / (step?.before ?? 1) / ratio).toBeGreaterThan(0.85);
    expect((step?.since ?? 0) / (step?.before ?? 1) / ratio).toBeLessThan(1.15);
  });

  test('is known from the same days, whatever came later', () => {
    const days = drawn(90, (day) => 100 * (day < 30 ? 1 : day < 60 ? 3 : 1));
    const steps = lastingSteps(days);
    expect(steps.map(({ at }) => at)).toEqual([30, 60]);
    for (let known = 1; known <= days.length; known += 1) {
      const then = lastingSteps(days.slice(0, known)).map(({ at }) => at);
      const now = steps.filter(({ knownFrom }) => knownFrom <= known).map(({ at }) => at);
      expect(then).toEqual(now);
    }
  });

  test('is none of growth, decline, spikes, weekdays or a burst of four days', () => {
    const random = seededRandom(99);
    const steps = PATTERNS.flatMap((pattern) =>
      Array.from({ length: 40 }, () => lastingSteps(labelledSeries(pattern, random))),
    ).filter(({ length }) => length > 0);
    expect(steps.length).toBeLessThanOrEqual(2);
    const burst = drawn(60, (day) => (day >= 40 && day < 44 ? 400 : 100));
    for (let known = 10; known <= burst.length; known += 1) {
      expect(lastingSteps(burst.slice(0, known))).toEqual([]);
    }
  });

  test('is known of no days, of zeros, and of the end of all spend', () => {
    expect(lastingSteps([])).toEqual([]);
    expect(lastingSteps(Array<number>(60).fill(0))).toEqual([]);
    const stopped = drawn(60, (day) => (day < 45 ? 100 : 0));
    expect(lastingSteps(stopped)).toMatchObject([{ at: 45, since: 0 }]);
  });

  test('has no unit', () => {
    const days = drawn(70, (day) => (day < 40 ? 100 : 250));
    const cents = days.map((day) => 1e-6 * day);
    expect(lastingSteps(cents).map(({ at }) => at)).toEqual(lastingSteps(days).map(({ at }) => at));
  });
});

describe('a series without its steps', () => {
  test('is at its present level from the first day on', () => {
    const days = [...Array<number>(20).fill(100), ...Array<number>(20).fill(300)];
    const { values, skipped } = withoutSteps(days, lastingSteps(days));
    expect(skipped).toBe(0);
    for (const value of values) expect(value).toBeCloseTo(300, 6);
  });

  test('begins after a step between levels that have nothing in common', () => {
    const days = [...Array<number>(20).fill(1), ...Array<number>(20).fill(300)];
    expect(withoutSteps(days, lastingSteps(days))).toEqual({
      skipped: 20,
      values: Array<number>(20).fill(300),
      steps: [],
    });
  });
});
