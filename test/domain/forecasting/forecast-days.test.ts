import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyOf } from '../../../domain/forecasting/accuracy.ts';
import { theta } from '../../../domain/forecasting/exponential-smoothing.ts';
import { createForecaster, forecastDays } from '../../../domain/forecasting/forecast-days.ts';
import { temperSpikes } from '../../../domain/forecasting/temper-spikes.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const WEEK = [90, 100, 110, 100, 120, 40, 30];
const weeks = (count: number): number[] => Array.from({ length: count }, () => WEEK).flat();
const expectedOf = (history: readonly (number | undefined)[], days = 7): number[] =>
  forecastDays(history, days).days.map(({ expected }) => expected);

describe('a forecast of days', () => {
  it('repeats a week that repeats itself, and is sure of it', () => {
    const { days, total, accuracy, uncertainty } = forecastDays(weeks(12), 7);
    for (const [ahead, { expected, low95, high95 }] of days.entries()) {
      expect(expected).toBeCloseTo(WEEK[ahead] ?? 0, 6);
      expect(high95 - low95).toBeLessThan(1);
    }
    expect(total.expected).toBeCloseTo(590, 6);
    expect(accuracy?.day).toBeGreaterThan(0.99);
    expect(uncertainty).toBeUndefined();
  });

  it('looks as many days ahead as are asked for', () => {
    const expected = expectedOf(weeks(12), 30);
    expect(expected).toHaveLength(30);
    expect(expected[28]).toBeCloseTo(90, 6);
  });

  it('goes on with growth', () => {
    const growing = Array.from({ length: 90 }, (_, day) => 100 * 1.01 ** day);
    const actual = Array.from({ length: 7 }, (_, ahead) => 100 * 1.01 ** (90 + ahead));
    expect(accuracyOf(expectedOf(growing), actual)?.total).toBeGreaterThan(0.97);
  });

  it('goes on with growth and decline for a month, less and less', () => {
    for (const rate of [0.01, -0.01]) {
      const at = (day: number): number => 100 * Math.exp(rate * day);
      const history = Array.from({ length: 90 }, (_, day) => at(day));
      const [last = 0] = expectedOf(history, 31).slice(-1);
      expect(last / at(89)).toBeCloseTo(Math.exp(rate * 25), 0);
      expect(Math.abs(Math.log(last / at(89)))).toBeLessThan(Math.abs(31 * rate));
    }
  });

  it('does not take a start for growth without end', () => {
    const started = [...Array<number>(7).fill(0.1), ...Array<number>(7).fill(100)];
    const expected = expectedOf(started, 31);
    expect(Math.max(...expected)).toBeLessThan(400);
  });

  it('does not take one spike, or one hole, for a level', () => {
    const usual = weeks(8);
    const odd = usual.with(54, 900).with(47, 0);
    for (const [ahead, expected] of expectedOf(odd).entries()) {
      expect(Math.abs(expected / (WEEK[ahead] ?? 1) - 1)).toBeLessThan(0.15);
    }
  });

  it('allows for a spike like the one that it knows, not for one of many times as much', () => {
    const spiked = weeks(9).with(52, 100_000);
    const { total } = forecastDays(spiked, 7);
    expect(total.expected).toBeLessThan(700);
    expect(total.high80).toBeGreaterThan(10_000);
    expect(total.high95).toBeLessThan(200_000);
  });

  it('of what is used by now is not unsure for months since it was tried once, weeks before', () => {
    const tried = forecastDays([1, ...Array<number>(22).fill(0), ...weeks(9)], 7);
    const started = forecastDays(weeks(9), 7);
    expect(tried.total.high95).toBeLessThan(3 * started.total.high95);
    expect(tried.accuracy?.total).toBeGreaterThan(0.85);
    expect(tried.uncertainty).toBeUndefined();
  });

  it('follows a new level within four weeks', () => {
    const moved = [...weeks(8), ...weeks(4).map((day) => 2 * day)];
    const actual = WEEK.map((day) => 2 * day);
    expect(accuracyOf(expectedOf(moved), actual)?.total).toBeGreaterThan(0.9);
  });

  it('bridges gaps', () => {
    const gaps = weeks(12).map((day, index) => (index % 11 === 5 ? undefined : day));
    for (const [ahead, expected] of expectedOf(gaps).entries()) {
      expect(expected).toBeCloseTo(WEEK[ahead] ?? 0, 1);
    }
  });

  it.each([1, 2, 5, 8, 13])('says that %i days are too few to be sure', (count) => {
    const { days, uncertainty } = forecastDays(Array<number>(count).fill(10), 7);
    expect(uncertainty).toBe('short-history');
    for (const { expected, low80, high80 } of days) {
      expect(expected).toBeCloseTo(10, 6);
      expect(high80 - low80).toBeGreaterThan(4);
    }
  });

  it('names a year ago among its methods only where there was one', () => {
    for (const [count, isKnown] of [
      [12, false],
      [60, true],
    ] as const) {
      const { methods } = forecastDays(weeks(count), 7);
      expect(methods.some(({ method }) => method === 'year-ago')).toBe(isKnown);
      expect(methods.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });

  it('says when it was not near on past days', () => {
    const random = seededRandom(1);
    const wild = Array.from({ length: 90 }, () => 100 * logNormalVariate(1.2, random));
    expect(forecastDays(wild, 7).uncertainty).toBe('inaccurate-so-far');
  });

  it('expects nothing of nothing', () => {
    expect(expectedOf([])).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const { total, accuracy } = forecastDays(Array<number>(40).fill(0), 7);
    expect(total.expected).toBe(0);
    expect(accuracy).toBeUndefined();
  });

  it('orders bounds around what it expects, whatever the history', () => {
    const days = fc.array(
      fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 20 }), (history, ahead) => {
        const forecast = forecastDays(history, ahead);
        for (const { expected, low80, high80, low95, high95 } of [
          ...forecast.days,
          forecast.total,
        ]) {
          const slack = 1e-9 * (1 + high95);
          expect(low95).toBeLessThanOrEqual(low80 + slack);
          expect(low80).toBeLessThanOrEqual(expected + slack);
          expect(expected).toBeLessThanOrEqual(high80 + slack);
          expect(high80).toBeLessThanOrEqual(high95 + slack);
          expect(low95).toBeGreaterThanOrEqual(0);
          expect(high95).toBeLessThan(Infinity);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('covers what it says on noise it has never seen', () => {
    const random = seededRandom(11);
    let within80 = 0;
    let within95 = 0;
    const tries = 150;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const sigma = 0.05 + 0.4 * random();
      const series = weeks(9).map((day) => day * logNormalVariate(sigma, random));
      const { days } = forecastDays(series.slice(0, 56), 7);
      for (const [ahead, { low80, high80, low95, high95 }] of days.entries()) {
        const value = series[56 + ahead] ?? 0;
        if (value >= low80 && value <= high80) within80 += 1 / (7 * tries);
        if (value >= low95 && value <= high95) within95 += 1 / (7 * tries);
      }
    }
    expect(within80).toBeGreaterThan(0.76);
    expect(within80).toBeLessThan(0.86);
    expect(within95).toBeGreaterThan(0.92);
  });
});

describe('the Theta method', () => {
  it('lags behind a noisy line by half of what smoothing does, and goes on half as steeply', () => {
    const line = (day: number): number => 100 + 2 * day;
    const levels = Array.from({ length: 28 }, (_, day) => line(day) + (day % 2 === 0 ? 30 : -30));
    const expected = theta(levels);
    // Smoothing alone, at 1/20, would lag by 30.
    expect(line(28) - expected(1)).toBeCloseTo(17, 0);
    expect((expected(8) - expected(1)) / 7).toBeCloseTo(0.9, 1);
  });
});

describe('tempered spikes', () => {
  it('judge a day by what was known on it', () => {
    const random = seededRandom(3);
    const series = weeks(10).map(
      (day, index) => day * logNormalVariate(0.1, random) * (index % 17 === 0 ? 4 : 1),
    );
    const whole = temperSpikes(series, 0);
    expect(temperSpikes(series.slice(0, 45), 0)).toEqual(whole.slice(0, 45));
    expect(whole).not.toEqual(series);
  });
});

describe('forecasts of a series from many days', () => {
  it('are those that each day alone would get', () => {
    const random = seededRandom(5);
    const series = weeks(20).map((day) => day * logNormalVariate(0.3, random));
    const forecastAt = createForecaster(series, 7, 60);
    for (const day of [60, 61, 100, 140]) {
      expect(forecastAt(day)).toEqual(forecastDays(series.slice(0, day), 7));
    }
  });
});

describe('levels and intervals that follow a change', () => {
  it('corrects methods that all lag behind a line that falls', () => {
    const random = seededRandom(8);
    const line = Array.from({ length: 90 }, (_, day) => 100 - Math.max(0, day - 30));
    const noisy = line.map((day) => day * logNormalVariate(0.1, random));
    const { total } = forecastDays(noisy.slice(0, 80), 7);
    const actual = line.slice(80, 87).reduce((sum, day) => sum + day, 0);
    expect(Math.abs(total.expected / actual - 1)).toBeLessThan(0.1);
  });
});
