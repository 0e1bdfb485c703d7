import { type Accuracy, accuracyOf, meanAccuracy } from '../../../domain/forecasting/accuracy.ts';
import {
  createForecaster,
  type Forecast,
  MOST_HISTORY_DAYS,
} from '../../../domain/forecasting/forecast-days.ts';
import { weekdayMedians } from '../../../domain/forecasting/methods.ts';
import { classifyPattern, type Pattern } from '../../../domain/patterns/classify-pattern.ts';
import { withoutGaps } from '../../../domain/series/gaps.ts';

/** A daily series; unknown days are `undefined`. */
export type DailySeries = { name: string; days: (number | undefined)[]; testedFrom: number };

export const FORECASTERS = ['purser', 'weekday median', 'seasonal naive', 'naive'] as const;
export type Forecaster = (typeof FORECASTERS)[number];

export type TestedSeries = {
  name: string;
  /** The pattern of the days before the first tested one. */
  pattern: Pattern;
  origins: number;
  accuracy: Record<Forecaster, Accuracy>;
  /** Percent of days, and of seven-day sums, within the intervals. */
  cover: { days80: number; days95: number; total80: number };
  /** The last forecast, and the actual values. */
  last: { history: number[]; forecast: Forecast; actual: number[] };
};

const HORIZON_DAYS = 7;
const LEAST_HISTORY_DAYS = 28;
/** Maximum forecast origins per series, evenly spaced; more would only take longer. */
const MOST_ORIGINS = 200;

/**
 * Forecasts seven days from each day on, using only earlier days (rolling origin), with Purser and
 * with simple methods; `undefined` for a series without seven complete tested days.
 */
export function testForecasts(
  { name, days, testedFrom }: DailySeries,
  onProgress: (share: number) => void,
): TestedSeries | undefined {
  const accuracies = new Map(FORECASTERS.map((forecaster) => [forecaster, [] as Accuracy[]]));
  const within = { days80: 0, days95: 0, total80: 0 };
  let last: TestedSeries['last'] | undefined;
  const end = days.length - HORIZON_DAYS + 1;
  const start = Math.max(LEAST_HISTORY_DAYS, testedFrom);
  const step = stepOf(end - start);
  const forecastAt = createForecaster(days, HORIZON_DAYS, start);
  let origins = 0;
  for (let origin = start; origin < end; origin += step) {
    onProgress((origin - start) / (end - start));
    const actual = days.slice(origin, origin + HORIZON_DAYS).filter((day) => day !== undefined);
    if (actual.length < HORIZON_DAYS) continue;
    const forecast = forecastAt(origin);
    const filled = withoutGaps(days.slice(Math.max(0, origin - MOST_HISTORY_DAYS), origin));
    const expected = expectedBy(forecast, filled);
    for (const [forecaster, list] of accuracies) {
      const accuracy = accuracyOf(expected[forecaster], actual);
      if (accuracy) list.push(accuracy);
    }
    countWithin(within, forecast, actual);
    last = { history: filled.slice(-2 * LEAST_HISTORY_DAYS), forecast, actual };
    origins += 1;
  }
  const accuracy = Object.fromEntries(
    [...accuracies].flatMap(([forecaster, list]) => {
      const mean = meanAccuracy(list);
      return mean ? [[forecaster, mean]] : [];
    }),
  ) as Record<Forecaster, Accuracy>;
  if (!last || !accuracy.purser) return undefined;
  return {
    name,
    pattern: classifyPattern(days.slice(0, start)).pattern,
    origins,
    accuracy,
    cover: {
      days80: (100 * within.days80) / (origins * HORIZON_DAYS),
      days95: (100 * within.days95) / (origins * HORIZON_DAYS),
      total80: (100 * within.total80) / origins,
    },
    last,
  };
}

/** Avoids whole weeks, so that every weekday serves as an origin. */
function stepOf(days: number): number {
  const step = Math.max(1, Math.ceil(days / MOST_ORIGINS));
  return step % HORIZON_DAYS === 0 ? step + 1 : step;
}

const expectedBy = (
  forecast: Forecast,
  filled: readonly number[],
): Record<Forecaster, readonly number[]> => ({
  purser: forecast.days.map(({ expected }) => expected),
  'weekday median': weekdayMedians(filled, filled.length, HORIZON_DAYS),
  'seasonal naive': filled.slice(-HORIZON_DAYS),
  naive: Array.from({ length: HORIZON_DAYS }, () => filled.at(-1) ?? 0),
});

function countWithin(
  within: TestedSeries['cover'],
  { days, total }: Forecast,
  actual: readonly number[],
): void {
  for (const [ahead, { low80, high80, low95, high95 }] of days.entries()) {
    const value = actual[ahead] ?? 0;
    if (value >= low80 && value <= high80) within.days80 += 1;
    if (value >= low95 && value <= high95) within.days95 += 1;
  }
  const sum = actual.reduce((left, right) => left + right, 0);
  if (sum >= total.low80 && sum <= total.high80) within.total80 += 1;
}
