import { withoutGaps } from '../series/gaps.ts';
import { type LastingStep, lastingSteps, stepDays } from '../series/lasting-steps.ts';
import { adaptedBounds } from './adaptive-intervals.ts';
import { type Accuracy, accuracyOf, meanAccuracy } from './accuracy.ts';
import { BACK_TEST_DAYS, type BackTest, backTest, type TemperedSeries } from './back-test.ts';
import { type BandCheck, checkBands } from './band-check.ts';
import {
  forecastByMethods,
  knowsYearAgo,
  type Method,
  type MethodForecasts,
  METHODS,
  TREND_DAYS,
} from './methods.ts';
import { type Bounds, sumBounds } from './prediction-intervals.ts';
import { type Uncertainty, uncertaintyOf } from './reliability.ts';
import { type StepFree, withoutSteps } from '../series/step-free.ts';
import { temperSpikes } from './temper-spikes.ts';

/** Two years of whole weeks. */
export const MOST_HISTORY_DAYS = 728;

export type ForecastDay = { expected: number } & Bounds;

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
  /** How its intervals would have done on past days. */
  check: BandCheck;
  /**
   * The last lasting step of the level, as days from the first one given: earlier days count at the
   * level after it.
   */
  step: LastingStep | undefined;
  /** The share of each method in the forecast. */
  methods: { method: Method; share: number }[];
  /** Why it is unreliable; `undefined` if it is reliable. */
  uncertainty: Uncertainty | undefined;
  /** The same in words. */
  reason: string | undefined;
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
  const { step, ...forecast } = createForecaster(values, days, values.length)(values.length);
  const left = Math.max(0, history.length - MOST_HISTORY_DAYS);
  return {
    ...forecast,
    step: step && { ...step, at: step.at + left, knownFrom: step.knownFrom + left },
  };
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
  const allSteps = stepDays(raw);
  const prepared = new Map<string, Prepared>();
  return (knownDays) => {
    const history = raw.slice(0, knownDays);
    const steps = lastingSteps(
      history,
      allSteps.filter(({ knownFrom }) => knownFrom <= knownDays),
    );
    const key = steps.map(({ before, since }) => `${before}#${since}`).join('#');
    const own = prepared.get(key) ?? prepare(withoutSteps(raw, steps), days, from);
    prepared.set(key, own);
    const series = { ...own, raw: own.raw.slice(0, knownDays - own.skipped) };
    return forecastOf(backTest(series, own.methodsAt), series, {
      step: steps.at(-1),
      knownDays,
    });
  };
}

type Prepared = TemperedSeries & {
  skipped: number;
  methodsAt: (knownDays: number) => MethodForecasts;
};

/** A series at its present level, and what methods say on each of its days. */
function prepare({ values: raw, skipped, steps }: StepFree, days: number, from: number): Prepared {
  const tempered = temperSpikes(raw, from - skipped - BACK_TEST_DAYS - TREND_DAYS);
  const said = new Map<number, MethodForecasts>();
  const methodsAt = (knownDays: number): MethodForecasts => {
    const forecasts = said.get(knownDays) ?? forecastByMethods({ raw, tempered }, knownDays, days);
    said.set(knownDays, forecasts);
    return forecasts;
  };
  return { raw, tempered, steps, skipped, methodsAt };
}

function forecastOf(
  tested: BackTest,
  { raw, steps }: TemperedSeries,
  { step, knownDays }: { step: LastingStep | undefined; knownDays: number },
): Forecast {
  const bounds = adaptedBounds(tested, raw.length, steps);
  const { expected, weights } = tested;
  const tries = accuracies(tested);
  const accuracy = meanAccuracy(tries);
  const total = {
    expected: expected.reduce((sum, value) => sum + value, 0),
    ...sumBounds(tested, raw.length),
  };
  const check = checkBands(tested, bounds.past, total);
  const daysSinceStep = step && knownDays - step.at;
  const doubt = uncertaintyOf({ check, accuracy: accuracy?.total ?? 0, daysSinceStep });
  return {
    days: bounds.today.map((bound, ahead) => ({ expected: expected[ahead] ?? 0, ...bound })),
    total,
    accuracy,
    backTests: tries.length,
    check,
    step,
    methods: sharesOf(weights, knowsYearAgo(raw, raw.length)),
    uncertainty: doubt?.uncertainty,
    reason: doubt?.reason,
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
