import { describe, expect, test } from 'vitest';
import { byPreference, scoreOf, whyNotFirst } from '../../../domain/selection/preference.ts';
import { SEVERITIES } from '../../../domain/severity.ts';

const quote = (model: string, expectedCostNanoUsd: bigint, quality?: number) => ({
  model,
  expectedCostNanoUsd,
  quality,
});
const small = quote('small', 10n, 0.6);
const middle = quote('middle', 40n, 0.9);
const large = quote('large', 90n, 0.94);
const unknown = quote('unknown', 5n);
const quotes = [large, small, unknown, middle];

describe('the order of preference', () => {
  test.each([
    ['low', ['unknown', 'small', 'middle', 'large']],
    ['medium', ['unknown', 'small', 'middle', 'large']],
    ['high', ['middle', 'large', 'small', 'unknown']],
    ['critical', ['large', 'middle', 'small', 'unknown']],
  ] as const)('of %s work is %j', (severity, models) => {
    expect(byPreference(quotes, severity).map(({ model }) => model)).toEqual(models);
  });

  test('keeps the first of two equals first', () => {
    const twins = [quote('first', 5n, 0.5), quote('second', 5n, 0.5)];
    for (const severity of SEVERITIES) expect(byPreference(twins, severity)).toEqual(twins);
    expect(byPreference([], 'critical')).toEqual([]);
  });

  test('says why a model comes later', () => {
    expect(whyNotFirst(large, small)).toBe('less-accurate');
    expect(whyNotFirst(small, large)).toBe('dearer');
  });
});

describe('cost-effectiveness', () => {
  test('is quality for the money, relative to the best', () => {
    expect(scoreOf(small, quotes)).toBe(1);
    expect(scoreOf(middle, quotes)).toBeCloseTo(0.375, 12);
    expect(scoreOf(unknown, quotes)).toBeUndefined();
  });

  test('of what costs nothing is 1', () => {
    const free = quote('free', 0n, 0.3);
    expect([scoreOf(free, [free, small]), scoreOf(small, [free, small])]).toEqual([1, 0]);
  });
});
