import { withoutGaps } from '../series/gaps.ts';
import { adaptedBounds } from './adaptive-intervals.ts';
import { type Accuracy, accuracyOf, meanAccuracy } from './accuracy.ts';
import { BACK_TEST_DAYS, type BackTest, backTest } from './back-test.ts';
import {
  forecastByMethods,
  knowsYearAgo,
  type Method,
  type MethodForecasts,
  METHODS,
  TREND_DAYS,
} from './methods.ts';
import { type Bounds, sumBounds } from './prediction-intervals.ts';
import { temperSpikes } from './temper-spikes.ts';

/** Two years of whole weeks. */
export const MOST_HISTORY_DAYS = 728;
/** A forecast is called uncertain if the back-test's sums were less accurate than this. */
const LEAST_TOTAL_ACCURACY = 0.85;
const LEAST_BACK_TESTS = 14;

export type ForecastDay = { expected: number } & Bounds;

/** Why a forecast is unreliable. */
export type Uncertainty = 'short-history' | 'inaccurate-so-far';

export type Forecast = {
  days: ForecastDay[];
  total: ForecastDay;
  /**
   * How accurate forecasts of this length would have been in the past; `undefined` if none could be
   * made.
   */
  accuracy: Accuracy | undefined;
  /** Number of past days from which a complete forecast was tested. */
  backTests: number;
  /** The share of each method in the forecast. */
  methods: { method: Method; share: number }[];
  uncertainty: Uncertainty | undefined;
};

/**
 * Forecasts the days after a daily series, with intervals that contain the stated share of days.
 * Combines several methods, weighted by how well each would have done over the series' last ten
 * weeks.
 * @param history days so far, oldest first, in any unit of money, never negative; `undefined` if
 *   unknown. Excludes today, which is not over.
 * @param days how many days ahead, from 1
 */
export function forecastDays(history: readonly (number | undefined)[], days: number): Forecast {
  const values = history.length > 0 ? history.slice(-MOST_HISTORY_DAYS) : [0];
  return createForecaster(values, days, values.length)(values.length);
}

/**
 * Forecasts like `forecastDays` after any number of first days of a series, `from` the least: what
 * methods say on a day is computed once for all forecasts that look back on it.
 */
export function createForecaster(
  values: readonly (number | undefined)[],
  days: number,
  from: number,
): (knownDays: number) => Forecast {
  const raw = withoutGaps(values);
  const tempered = temperSpikes(raw, from - BACK_TEST_DAYS - TREND_DAYS);
  const said = new Map<number, MethodForecasts>();
  const methodsAt = (knownDays: number): MethodForecasts => {
    const forecasts = said.get(knownDays) ?? forecastByMethods({ raw, tempered }, knownDays, days);
    said.set(knownDays, forecasts);
    return forecasts;
  };
  return (knownDays) => {
    const history = raw.slice(0, knownDays);
    return forecastOf(backTest({ raw: history, tempered }, days, methodsAt), history);
  };
}

function forecastOf(tested: BackTest, raw: readonly number[]): Forecast {
  const bounds = adaptedBounds(tested, raw.length);
  const { expected, weights } = tested;
  const tries = accuracies(tested);
  const accuracy = meanAccuracy(tries);
  return {
    days: bounds.map((bound, ahead) => ({ expected: expected[ahead] ?? 0, ...bound })),
    total: {
      expected: expected.reduce((sum, value) => sum + value, 0),
      ...sumBounds(tested, raw.length),
    },
    accuracy,
    backTests: tries.length,
    methods: sharesOf(weights, knowsYearAgo(raw, raw.length)),
    uncertainty:
      tries.length < LEAST_BACK_TESTS
        ? 'short-history'
        : (accuracy?.total ?? 0) < LEAST_TOTAL_ACCURACY
          ? 'inaccurate-so-far'
          : undefined,
  };
}

/**
 * Without data from a year ago, that method's share belongs to the weekday medians that replaced
 * it.
 */
function sharesOf(weights: readonly number[], hasYearAgo: boolean): Forecast['methods'] {
  const share = (method: Method): number => weights[METHODS.indexOf(method)] ?? 0;
  return METHODS.filter((method) => hasYearAgo || method !== 'year-ago').map((method) => ({
    method,
    share:
      hasYearAgo || method !== 'weekday-median' ? share(method) : share(method) + share('year-ago'),
  }));
}

function accuracies({ past, expected }: BackTest): Accuracy[] {
  return past
    .filter(({ actual }) => actual.length === expected.length)
    .map((item) => accuracyOf(item.expected, item.actual))
    .filter((item) => item !== undefined);
}
