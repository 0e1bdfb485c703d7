import { describe, expect, test } from 'vitest';
import { accuracyOf } from '../../../domain/forecasting/accuracy.ts';
import { forecastDays } from '../../../domain/forecasting/forecast-days.ts';
import { uncertaintyOf } from '../../../domain/forecasting/reliability.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const drawn = (count: number, level: (day: number) => number, noise = 0.12): number[] => {
  const random = seededRandom(31);
  return Array.from({ length: count }, (_, day) => level(day) * logNormalVariate(noise, random));
};
const relativeWidth = ({ total }: ReturnType<typeof forecastDays>): number =>
  (total.high80 - total.low80) / total.expected;

describe('a forecast after a step', () => {
  test('of a doubled user begins at the doubled level, and names the day', () => {
    const days = drawn(61, (day) => (day < 44 ? 20 : 40));
    for (const sinceStep of [7, 10, 17]) {
      const forecast = forecastDays(days.slice(0, 44 + sinceStep), 7);
      expect(forecast.step).toMatchObject({ at: 44 });
      const actual = Array<number>(7).fill(40);
      const expected = forecast.days.map((day) => day.expected);
      expect(accuracyOf(expected, actual)?.total).toBeGreaterThan(0.9);
    }
  });

  test('of a dropped system begins at what is left of it', () => {
    const forecast = forecastDays(
      drawn(70, (day) => (day < 55 ? 90 : 30)),
      7,
    );
    expect(forecast.step).toMatchObject({ at: 55 });
    expect(Math.abs(forecast.total.expected / 210 - 1)).toBeLessThan(0.1);
  });

  test('is as sure as one of a series that had always been at this level', () => {
    const noise = drawn(80, () => 40);
    const stepped = noise.map((day, index) => (index < 55 ? day / 2 : day));
    const [flat, after] = [forecastDays(noise, 7), forecastDays(stepped, 7)];
    expect(flat.step).toBeUndefined();
    expect(after.step).toMatchObject({ at: 55 });
    expect(relativeWidth(after) / relativeWidth(flat)).toBeLessThan(1.15);
  });

  test('that missed by a third is not called reliable before two weeks are known', () => {
    const days = drawn(90, (day) => (day < 70 ? 100 : 150));
    const soon = forecastDays(days.slice(0, 80), 7);
    expect(soon).toMatchObject({ step: { at: 70 }, uncertainty: 'recent-step' });
    expect(soon.reason).toBe(
      'The level changed 10 days ago, and it takes 14 days to judge the new one.',
    );
    expect(forecastDays(days, 7)).toMatchObject({ uncertainty: undefined, reason: undefined });
  });
});

describe('a forecast with a useless band', () => {
  test('is not called reliable, however near past totals were on average', () => {
    const days = drawn(90, (day) => (day === 60 ? 9_000 : 100));
    const forecast = forecastDays(days, 7);
    expect(forecast.accuracy?.total).toBeGreaterThan(0.85);
    expect(relativeWidth(forecast)).toBeGreaterThan(0.6);
    expect(forecast).toMatchObject({ uncertainty: 'wide-bands' });
    expect(forecast.reason).toMatch(/^The 80 % band of the total is \d+ % of the expected amount/);
  });
});

describe('the check of bands', () => {
  test('counts past days and sums within the bands that they would have got', () => {
    const { check, accuracy } = forecastDays(
      drawn(120, () => 100),
      7,
    );
    // Ten weeks of origins: 64 with all seven days known, and 6 with 6 to 1.
    expect(check.days.tested).toBe(64 * 7 + 21);
    expect(check.totals.tested).toBe(64);
    expect(check.days.inside80 / check.days.tested).toBeGreaterThan(0.7);
    expect(check.days.inside95 / check.days.tested).toBeGreaterThan(0.9);
    expect(check.days.inside95).toBeGreaterThan(check.days.inside80);
    expect(check.typicalError).toBeLessThan(2 * (1 - (accuracy?.total ?? 0)));
  });

  test('tests no forecast across a step', () => {
    const days = drawn(70, (day) => (day < 55 ? 20 : 60));
    const { check, step } = forecastDays(days, 7);
    const knownFrom = step?.knownFrom ?? 0;
    const origins = Array.from({ length: 70 }, (_, day) => day).filter((day) => day >= 7);
    const before = origins.filter((day) => day < 55).map((day) => Math.min(7, 55 - day));
    const after = origins.filter((day) => day >= knownFrom).map((day) => Math.min(7, 70 - day));
    const tested = [...before, ...after].reduce((sum, count) => sum + count, 0);
    expect(check.days.tested).toBe(tested);
  });
});

describe('reliability', () => {
  const days = { tested: 100, inside80: 80, inside95: 95 };
  const totals = { tested: 50, inside80: 40, inside95: 48 };
  const check = { days, totals, width80: 0.3, typicalError: 0.05 };
  const good = { check, accuracy: 0.9, daysSinceStep: undefined };

  test('is given where everything holds, at the limits too', () => {
    expect(uncertaintyOf(good)).toBeUndefined();
    const limits = {
      days: { tested: 100, inside80: 70, inside95: 88 },
      totals: { tested: 15, inside80: 9, inside95: 9 },
      width80: 0.6,
      typicalError: 0.2,
    };
    expect(uncertaintyOf({ check: limits, accuracy: 0.85, daysSinceStep: 14 })).toBeUndefined();
  });

  test.each([
    [
      { ...good, daysSinceStep: 13 },
      'recent-step',
      'The level changed 13 days ago, and it takes 14 days to judge the new one.',
    ],
    [
      { ...good, check: { ...check, totals: { ...totals, tested: 13, inside80: 13 } } },
      'short-history',
      'Only 13 past forecasts could be tested, and it takes 14 to judge.',
    ],
    [
      { ...good, accuracy: 0.84 },
      'inaccurate-so-far',
      'Past totals missed by 16 % on average, and at most 15 % counts as reliable.',
    ],
    [
      { ...good, check: { ...check, days: { ...days, inside80: 69 } } },
      'missed-bands',
      'Only 69 of 100 past days lay within their 80 % band, and at least 70 % must.',
    ],
    [
      { ...good, check: { ...check, days: { ...days, inside95: 87 } } },
      'missed-bands',
      'Only 87 of 100 past days lay within their 95 % band, and at least 88 % must.',
    ],
    [
      { ...good, check: { ...check, totals: { ...totals, inside80: 29 } } },
      'missed-bands',
      'Only 29 of 50 past totals lay within their 80 % band, and at least 60 % must.',
    ],
    [
      { ...good, check: { ...check, width80: 0.61 } },
      'wide-bands',
      'The 80 % band of the total is 61 % of the expected amount wide, and at most 60 % counts as reliable.',
    ],
  ])('is denied with the reason', (facts, uncertainty, reason) => {
    expect(uncertaintyOf(facts)).toEqual({ uncertainty, reason });
  });
});
