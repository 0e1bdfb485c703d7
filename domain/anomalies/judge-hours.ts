import { mean } from '../series/robust.ts';
import { createSlidingWindow, type SlidingWindow } from '../series/sliding-window.ts';
import {
  HOUR_BASES,
  type HourBasis,
  residualsOf,
  SELDOM_HOURS,
  WEEK_HOURS,
} from './expectations.ts';
import { isBusy, type Judged, spreadOf } from './judged.ts';

const SMOOTHED_HOURS = 2;
const SPREAD_HOURS = 2 * WEEK_HOURS;
const LEAST_KNOWN_HOURS: Record<HourBasis, number> = {
  week: 24,
  'hour-of-day': 96,
  'hour-of-week': 96,
};
/** Trust a season only if it reduces the spread that simpler bases leave to this share. */
const CLEAR_GAIN = 0.65;
/** As a logarithm: 2 %. */
const LEAST_SPREAD = 0.02;
/** A deviation is not news if it occurred at least this often in two weeks. */
const SEEN_HOURS = 2;
const DAY_HOURS = 24;

/**
 * One basis' residuals, `undefined` before it had enough hours, and the distances from zero of those
 * of the latest two weeks.
 */
type Past = { residuals: (number | undefined)[]; distances: SlidingWindow };

/**
 * Judges the hours of a series; call it for the hours in order. Measures how far the mean
 * logarithmic residual of an hour and the one before is from zero, in robust spreads (Hampel, 1974)
 * of two weeks' residuals, each computed without knowing its own hour. Uses the basis that has been
 * most accurate so far. Returns `undefined` if too few hours are known, something similar was seen
 * before, or most hours of the past week were idle, because compared with nothing everything looks
 * large.
 */
export function createHourJudge(
  series: readonly number[],
): (hour: number) => Judged<HourBasis> | undefined {
  const past = new Map(
    HOUR_BASES.map((basis): [HourBasis, Past] => [
      basis,
      { residuals: [], distances: createSlidingWindow(SPREAD_HOURS) },
    ]),
  );
  const week = createSlidingWindow(WEEK_HOURS);
  return (hour) => {
    const residuals = residualsOf(series, hour, week.ascending);
    const isComparable = isBusy(week.ascending);
    week.add(series[hour] ?? 0);
    const nearest = isComparable ? nearestBasis(past, (basis) => residuals.has(basis)) : undefined;
    for (const [basis, { residuals: earlier, distances }] of past) {
      const residual = residuals.get(basis)?.residual;
      earlier[hour] = residual;
      if (residual !== undefined) distances.add(Math.abs(residual));
    }
    if (!nearest) return undefined;
    const { basis, spread } = nearest;
    const earlier = past.get(basis)?.residuals ?? [];
    const residual = mean(knownOf(earlier, hour - SMOOTHED_HOURS + 1, hour + 1));
    const history = knownOf(earlier, hour - SPREAD_HOURS, hour);
    if (timesSeen(history, residual) > SEEN_HOURS) return undefined;
    return {
      score: residual / spread,
      basis,
      actual: series[hour] ?? 0,
      expected: residuals.get(basis)?.expected ?? 0,
    };
  };
}

function nearestBasis(
  past: ReadonlyMap<HourBasis, Past>,
  isKnown: (basis: HourBasis) => boolean,
): { basis: HourBasis; spread: number } | undefined {
  let nearest: { basis: HourBasis; spread: number } | undefined;
  for (const basis of HOUR_BASES.filter(isKnown)) {
    const distances = past.get(basis)?.distances.ascending ?? [];
    if (distances.length < LEAST_KNOWN_HOURS[basis]) continue;
    const spread = spreadOf(distances, { least: LEAST_SPREAD, seldom: SELDOM_HOURS });
    if (!nearest || spread < CLEAR_GAIN * nearest.spread) nearest = { basis, spread };
  }
  return nearest;
}

/**
 * How often two hours were at least as far out. Skips the last day, which may be part of the same
 * anomaly.
 */
function timesSeen(history: readonly number[], residual: number): number {
  const direction = Math.sign(residual);
  let times = 0;
  for (let index = 1; index < history.length - DAY_HOURS; index += 1) {
    const pair = ((history[index] ?? 0) + (history[index - 1] ?? 0)) / SMOOTHED_HOURS;
    if (pair * direction >= Math.abs(residual)) times += 1;
  }
  return times;
}

const knownOf = (residuals: Past['residuals'], from: number, to: number): number[] =>
  residuals.slice(Math.max(0, from), to).filter((item) => item !== undefined);
