import { describe, expect, test } from 'vitest';
import { classifyPattern } from '../../../domain/patterns/classify-pattern.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const WEEK = [1, 1, 1.1, 1, 1.2, 0.4, 0.3];
const drawn = (count: number, level: (day: number) => number, noise = 0.12): number[] => {
  const random = seededRandom(17);
  return Array.from({ length: count }, (_, day) => level(day) * logNormalVariate(noise, random));
};

describe('the pattern after a step', () => {
  test('of a doubled user is steady, and the step is named with both levels', () => {
    const result = classifyPattern(drawn(60, (day) => (day < 40 ? 20 : 40), 0.08));
    expect(result).toMatchObject({ pattern: 'steady', step: { at: 40 } });
    expect(Math.abs((result.step?.before ?? 0) / 20 - 1)).toBeLessThan(0.1);
    expect(Math.abs((result.step?.since ?? 0) / 40 - 1)).toBeLessThan(0.1);
    expect(Math.abs(result.weeklyChangePercent)).toBeLessThan(5);
  });

  test('of a dropped system is steady, and not declining', () => {
    const result = classifyPattern(drawn(70, (day) => (day < 42 ? 90 : 30)));
    expect(result).toMatchObject({ pattern: 'steady', step: { at: 42 } });
    expect(result.step?.since).toBeLessThan(35);
  });

  test('of an organization that is flat for 26 days is not growing', () => {
    const result = classifyPattern(drawn(36, (day) => (day < 10 ? 10 : 60)));
    expect(result).toMatchObject({ pattern: 'steady', step: { at: 10 } });
    expect(Math.abs(result.weeklyChangePercent)).toBeLessThan(5);
    expect(result.confidence).toBeGreaterThan(0.5);
  });

  test('is growing where it grows since, by what it grows since', () => {
    const result = classifyPattern(
      drawn(100, (day) => (day < 50 ? 20 : 50 * 1.015 ** (day - 50)), 0.06),
    );
    expect(result).toMatchObject({ pattern: 'growing', step: { at: 50 } });
    expect(result.weeklyChangePercent).toBeGreaterThan(9);
    expect(result.weeklyChangePercent).toBeLessThan(13);
  });

  test('keeps its weekdays through a step', () => {
    const days = drawn(60, (day) => (WEEK[day % 7] ?? 1) * (day < 50 ? 20 : 50));
    const result = classifyPattern(days);
    expect(result).toMatchObject({ pattern: 'seasonal', step: { at: 50 }, weeklyChangePercent: 0 });
  });

  test('names the day in the whole history, of which the last year counts', () => {
    const days = drawn(390, (day) => (day < 360 ? 20 : 40));
    expect(classifyPattern(days).step).toMatchObject({ at: 360 });
  });

  test('names no step where there is none', () => {
    expect(classifyPattern(drawn(60, () => 20)).step).toBeUndefined();
    expect(classifyPattern(drawn(60, (day) => 20 + day)).step).toBeUndefined();
  });
});
