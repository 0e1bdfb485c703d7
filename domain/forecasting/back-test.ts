import { forecastByMethods, METHODS, type MethodForecasts } from './methods.ts';

const LEAST_KNOWN_DAYS = 7;
export const BACK_TEST_DAYS = 70;
const BUSY_DAYS = 28;
/** Working days are more than that. */
const BUSY_SHARE = 2 / 3;
/** Errors this many days old count half. */
const HALF_LIFE_DAYS = 56;
/**
 * Weights are inverse errors to this power (Bates and Granger, 1969, with squared errors: 2). Methods
 * that lag behind a trend err on the same side, so that a mean of many does not cancel it.
 */
const SHARPNESS = 5;

/** What would have been forecast on a past day, from the days before it alone. */
export type PastForecast = {
  /** Days that were known. */
  known: number;
  expected: number[];
  /** What came, as far as it is known by now. */
  actual: number[];
};

export type BackTest = {
  past: PastForecast[];
  /** What is expected now. */
  expected: number[];
  /** Shares of the methods in it, in the order of `METHODS`. */
  weights: number[];
};

type Origin = { known: number; forecasts: MethodForecasts };

/**
 * Forecasts now and on each of the last days, each by a mean of the methods weighted by how well
 * they did until then: rolling-origin evaluation (Tashman, 2000). Weights of a past forecast come
 * from errors known by its day, so that its own error is an honest one.
 */
export function backTest(
  series: { raw: readonly number[]; tempered: readonly number[] },
  days: number,
): BackTest {
  const { length } = series.raw;
  const origins: Origin[] = [];
  const first = Math.max(LEAST_KNOWN_DAYS, length - BACK_TEST_DAYS);
  const isBusyNow = isBusy(series.raw, length);
  for (let historyDays = first; historyDays < length; historyDays += 1) {
    if (isBusyNow && !isBusy(series.raw, historyDays)) continue;
    origins.push({ known: historyDays, forecasts: forecastByMethods(series, historyDays, days) });
  }
  const past = origins.map(({ known, forecasts }, index) => ({
    known,
    expected: combine(forecasts, weightsOf(series.raw, origins.slice(0, index), known)),
    actual: series.raw.slice(known, known + days),
  }));
  const weights = weightsOf(series.raw, origins, length);
  const expected = combine(forecastByMethods(series, length, days), weights);
  return { past, expected, weights };
}

/** Whether most of the four weeks before had any spend. */
function isBusy(raw: readonly number[], known: number): boolean {
  const before = raw.slice(Math.max(0, known - BUSY_DAYS), known);
  return before.filter((value) => value > 0).length >= BUSY_SHARE * before.length;
}

function combine(forecasts: MethodForecasts, weights: readonly number[]): number[] {
  const [first = []] = forecasts;
  return first.map((_, ahead) =>
    forecasts.reduce(
      (sum, forecast, method) => sum + (weights[method] ?? 0) * (forecast[ahead] ?? 0),
      0,
    ),
  );
}

/** Inverse errors by what was known on day `known`; all alike where nothing was. */
function weightsOf(raw: readonly number[], origins: readonly Origin[], known: number): number[] {
  const errors = METHODS.map((_, method) => {
    let sum = 0;
    for (const origin of origins) {
      const forecast = origin.forecasts[method] ?? [];
      const until = Math.min(forecast.length, known - origin.known);
      const weight = 0.5 ** ((known - origin.known) / HALF_LIFE_DAYS);
      for (let ahead = 0; ahead < until; ahead += 1) {
        sum += weight * Math.abs((forecast[ahead] ?? 0) - (raw[origin.known + ahead] ?? 0));
      }
    }
    return sum;
  });
  const least = Math.min(...errors);
  const scores = errors.map((error) => (error > 0 ? (least / error) ** SHARPNESS : 1));
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / total);
}
