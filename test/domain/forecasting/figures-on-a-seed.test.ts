import { expect, test } from 'vitest';
import { detectAnomalies } from '../../../domain/anomalies/detect-anomalies.ts';
import { forecastDays } from '../../../domain/forecasting/forecast-days.ts';
import { classifyPattern } from '../../../domain/patterns/classify-pattern.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

/*
 * The fitted and chosen constants of forecasting show only in results, so this pins the results on
 * a seed. If one changes, check with `npm run evaluate` whether forecasts improve.
 */
const WEEK = [90, 100, 110, 100, 120, 40, 30];
const drawn = (count: number, noise: number, level: (index: number) => number): number[] => {
  const random = seededRandom(count);
  return Array.from(
    { length: count },
    (_, index) => level(index) * logNormalVariate(noise, random),
  );
};
const SERIES: [name: string, number[]][] = [
  ['a few days', drawn(9, 0.2, () => 50)],
  ['weeks', drawn(91, 0.1, (day) => WEEK[day % 7] ?? 0)],
  ['growth', drawn(120, 0.15, (day) => 20 + day)],
  ['spikes', drawn(84, 0.1, (day) => ([20, 41, 70].includes(day) ? 900 : 100))],
  ['a year and more', drawn(500, 0.2, (day) => 100 + 60 * Math.sin((2 * Math.PI * day) / 365))],
];
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' ? Number(part.toPrecision(7)) : part,
    ),
  );

test.each(SERIES)('the forecast of %s is this', (_, history) => {
  const { days, ...rest } = forecastDays(history, 10);
  expect(rounded({ ...rest, first: days[0], last: days.at(-1) })).toMatchSnapshot();
});

test.each(SERIES)('the pattern of %s is this', (_, history) => {
  expect(rounded(classifyPattern(history))).toMatchSnapshot();
});

test('the anomalies of hours are these', () => {
  const hours = drawn(6 * 168, 0.15, (hour) => {
    if (hour >= 700 && hour < 710) return 500;
    if (hour >= 850 && hour < 853) return 2;
    return (hour % 24 >= 8 && hour % 24 < 18 ? 100 : 10) * (hour % 168 >= 120 ? 0.3 : 1);
  });
  expect(rounded(detectAnomalies(hours))).toMatchSnapshot();
});
