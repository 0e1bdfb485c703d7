import { mean, robustSpread } from '../series/robust.ts';
import { BASES, type Basis, residualsOf, WEEK_HOURS } from './expectations.ts';

/** How unlike an hour is. */
export type JudgedHour = {
  /** In robust spreads; above 0 where more came than expected. */
  score: number;
  basis: Basis;
  actual: number;
  expected: number;
};

const SMOOTHED_HOURS = 2;
const SPREAD_HOURS = 2 * WEEK_HOURS;
const LEAST_KNOWN_HOURS: Record<Basis, number> = {
  week: 24,
  'hour-of-day': 96,
  'hour-of-week': 96,
};
/** A season is believed when it leaves at most this share of the spread that simpler bases leave. */
const CLEAR_GAIN = 0.65;
/** As a logarithm: 2 %. */
const LEAST_SPREAD = 0.02;
/** What is no rarer than this in two weeks is no news. */
const SEEN_HOURS = 2;
const DAY_HOURS = 24;

type Residuals = (number | undefined)[];

/**
 * Judges hours of a series in their order: how far the mean of an hour's logarithmic residual and
 * the one before lies from zero, in robust spreads (Hampel, 1974) of the residuals of two weeks,
 * which were made without knowing their hours. The basis is the one that was nearest until then.
 * An hour is unjudged, thus `undefined`, where too few are known or the like was seen before.
 */
export function createHourJudge(
  series: readonly number[],
): (hour: number) => JudgedHour | undefined {
  const past = new Map<Basis, Residuals>(BASES.map((basis) => [basis, []]));
  return (hour) => {
    const residuals = residualsOf(series, hour);
    const nearest = nearestBasis(past, hour, (basis) => residuals.has(basis));
    for (const [basis, some] of past) some[hour] = residuals.get(basis)?.residual;
    if (!nearest) return undefined;
    const { basis, spread, known } = nearest;
    const residual = mean(knownOf(past.get(basis), hour - SMOOTHED_HOURS + 1, hour + 1));
    if (timesSeen(known, residual) > SEEN_HOURS) return undefined;
    return {
      score: residual / spread,
      basis,
      actual: series[hour] ?? 0,
      expected: residuals.get(basis)?.expected ?? 0,
    };
  };
}

function nearestBasis(
  past: ReadonlyMap<Basis, Residuals>,
  hour: number,
  isKnown: (basis: Basis) => boolean,
): { basis: Basis; spread: number; known: number[] } | undefined {
  let nearest: { basis: Basis; spread: number; known: number[] } | undefined;
  for (const basis of BASES.filter(isKnown)) {
    const known = knownOf(past.get(basis), hour - SPREAD_HOURS, hour);
    if (known.length < LEAST_KNOWN_HOURS[basis]) continue;
    const spread = spreadOf(known);
    if (!nearest || spread < CLEAR_GAIN * nearest.spread) nearest = { basis, spread, known };
  }
  return nearest;
}

/** Where more than half of the hours are alike, their median deviation is nothing and tells nothing. */
function spreadOf(residuals: readonly number[]): number {
  const robust = robustSpread(residuals, 0);
  if (robust >= LEAST_SPREAD) return robust;
  return Math.max(LEAST_SPREAD, Math.sqrt(mean(residuals.map((one) => one * one))));
}

/** How often two hours were at least as far out, not counting the last day, which may be the same. */
function timesSeen(known: readonly number[], residual: number): number {
  const direction = Math.sign(residual);
  let times = 0;
  for (let index = 1; index < known.length - DAY_HOURS; index += 1) {
    const pair = ((known[index] ?? 0) + (known[index - 1] ?? 0)) / SMOOTHED_HOURS;
    if (pair * direction >= Math.abs(residual)) times += 1;
  }
  return times;
}

const knownOf = (residuals: Residuals = [], from: number, to: number): number[] =>
  residuals.slice(Math.max(0, from), to).filter((one) => one !== undefined);
