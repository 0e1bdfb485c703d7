import { correctedForecasts } from './level-correction.ts';
import type { LastingStep } from '../series/lasting-steps.ts';
import { METHODS, type MethodForecasts } from './methods.ts';

const LEAST_KNOWN_DAYS = 7;
export const BACK_TEST_DAYS = 70;
const BUSY_DAYS = 28;
/** Days above this share of the usual count as working days. */
const BUSY_SHARE = 2 / 3;
/** Errors this many days old count half, so that a change of trend is followed within weeks. */
const HALF_LIFE_DAYS = 14;
/**
 * Weights are inverse errors raised to this power (Bates and Granger, 1969, with squared errors:
 * 2). Methods that lag behind a trend all err on the same side, so averaging many would not cancel
 * the error.
 */
const SHARPNESS = 5;

/** What would have been forecast on a past day, using only earlier days. */
export type PastForecast = {
  /** Number of days known at that time. */
  historyDays: number;
  expected: readonly number[];
  /** What actually happened before the next step, as far as it is known now. */
  actual: number[];
};

export type BackTest = {
  past: PastForecast[];
  /** What is expected now. */
  expected: readonly number[];
  /** The share of each method, in the order of `METHODS`. */
  weights: readonly number[];
};

type Origin = { historyDays: number; forecasts: MethodForecasts };

/** A series at its present level, also without single spikes, and where it had a step. */
export type TemperedSeries = {
  raw: readonly number[];
  tempered: readonly number[];
  steps: readonly LastingStep[];
};

/**
 * Forecasts from today and from each recent day, as a mean of the methods weighted by how well each
 * had done by then: rolling-origin evaluation (Tashman, 2000), then corrected for how far the
 * latest means went on one side. Weights and corrections of a past forecast use only errors known
 * on its day, so its own error is a fair one. Leaves out forecasts across a step, and those before the
 * step could be seen: what they missed says nothing of the present level.
 * @param methodsAt what the methods forecast from so many first days
 */
export function backTest(
  series: TemperedSeries,
  methodsAt: (knownDays: number) => MethodForecasts,
): BackTest {
  const { raw, tempered, steps } = series;
  const { length } = raw;
  const origins: Origin[] = [];
  const isBusyNow = isBusy(raw, length);
  for (
    let historyDays = Math.max(LEAST_KNOWN_DAYS, length - BACK_TEST_DAYS);
    historyDays < length;
    historyDays += 1
  ) {
    if (isBusyNow && !isBusy(raw, historyDays)) continue;
    if (steps.some(({ at, knownFrom }) => at <= historyDays && historyDays < knownFrom)) continue;
    const next = steps.find(({ at }) => at > historyDays)?.at ?? Infinity;
    const forecasts = methodsAt(historyDays).map((days) => days.slice(0, next - historyDays));
    origins.push({ historyDays, forecasts });
  }
  const today = { historyDays: length, forecasts: methodsAt(length) };
  const weights = [...origins, today].map(({ historyDays }, index) =>
    weightsOf(raw, origins.slice(0, index), historyDays),
  );
  const means = [...origins, today].map(({ historyDays, forecasts }, index) => ({
    historyDays,
    expected: combine(forecasts, weights[index] ?? []),
  }));
  const corrected = correctedForecasts(means, { raw, tempered, weightAt });
  const past = origins.map(({ historyDays }, index) => {
    const { expected = [] } = corrected[index] ?? {};
    return { historyDays, expected, actual: raw.slice(historyDays, historyDays + expected.length) };
  });
  return { past, expected: corrected.at(-1)?.expected ?? [], weights: weights.at(-1) ?? [] };
}

const weightAt = (ageDays: number): number => 0.5 ** (ageDays / HALF_LIFE_DAYS);

/** Whether most of the previous four weeks had any spend. */
function isBusy(raw: readonly number[], originDay: number): boolean {
  const before = raw.slice(Math.max(0, originDay - BUSY_DAYS), originDay);
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

/** Inverse errors as known on day `originDay`; equal weights without any errors. */
function weightsOf(
  raw: readonly number[],
  origins: readonly Origin[],
  originDay: number,
): number[] {
  const errors = METHODS.map((_, method) => {
    let sum = 0;
    for (const origin of origins) {
      const forecast = origin.forecasts[method] ?? [];
      const until = Math.min(forecast.length, originDay - origin.historyDays);
      const weight = weightAt(originDay - origin.historyDays);
      for (let ahead = 0; ahead < until; ahead += 1) {
        sum += weight * Math.abs((forecast[ahead] ?? 0) - (raw[origin.historyDays + ahead] ?? 0));
      }
    }
    return sum;
  });
  const least = Math.min(...errors);
  const scores = errors.map((error) => (error > 0 ? (least / error) ** SHARPNESS : 1));
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / total);
}
