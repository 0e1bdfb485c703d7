import { addDays } from '../periods.ts';
import { type LastingStep, lastingSteps, stepDays } from '../series/lasting-steps.ts';

/** A UTC day (`2026-11-21`) from which on a scope has another usual day. */
export type SpendStep = {
  direction: 'above' | 'below';
  since: string;
  /** The last day that had to be over to see it. */
  foundOn: string;
  /** The usual day in the four weeks before, and since, in the series' unit. */
  usualBefore: number;
  usualSince: number;
  /** How many days had the usual day before, and have the new one. */
  daysBefore: number;
  daysSince: number;
};

/** Days one after another, the first and the last of them given. */
export type DayRange = { from: string; to: string };

/**
 * Who spent less than one part in so many before is a new spender, and not one with another level;
 * so are new spenders (`SPENDER_SETTINGS`).
 */
const MOST_TIMES = 20;
/**
 * People look at a step that they are told of, so less certainty serves than for forecasts, which begin
 * after one. Chosen on the building seeds of `npm run evaluate -- --only steps`.
 */
const LEAST_DEVIATIONS = 3.5;
const WEEK_DAYS = 7;

/**
 * The lasting steps of a daily series, oldest first, without those from nearly nothing.
 * @param firstDay UTC day of the first value
 */
export function spendSteps({
  values,
  firstDay,
}: {
  values: readonly number[];
  firstDay: string;
}): SpendStep[] {
  const steps = lastingSteps(values, stepDays(values, LEAST_DEVIATIONS));
  return steps
    .map((step, index) => ({
      direction: step.since > step.before ? ('above' as const) : ('below' as const),
      since: addDays(firstDay, step.at),
      foundOn: addDays(firstDay, step.knownFrom - 1),
      usualBefore: step.before,
      usualSince: step.since,
      daysBefore: step.at - (steps[index - 1]?.at ?? 0),
      daysSince: endOf(steps, index, values.length) - step.at,
    }))
    .filter(({ usualBefore, usualSince }) => usualSince < usualBefore * MOST_TIMES);
}

const endOf = (steps: readonly LastingStep[], index: number, length: number): number =>
  steps[index + 1]?.at ?? length;

/** The days that explain a step: the first since it, and as many of the same weekdays before it. */
export function comparedDays({
  since,
  daysBefore,
  daysSince,
}: Pick<SpendStep, 'since' | 'daysBefore' | 'daysSince'>): { before: DayRange; after: DayRange } {
  const shift = Math.min(WEEK_DAYS, daysBefore);
  const last = Math.min(shift, daysSince) - 1;
  return {
    before: { from: addDays(since, -shift), to: addDays(since, last - shift) },
    after: { from: since, to: addDays(since, last) },
  };
}

type Happening = Pick<SpendStep, 'direction'> & {
  /** The UTC day on which it began. */
  day: string;
};

/** Whether a spike is how a step began. Hours may lie on the evening before. */
export const beganWith = (step: SpendStep, { direction, day }: Happening): boolean =>
  direction === step.direction && day >= addDays(step.since, -1) && day <= step.since;

/** Whether spending still was at the level of a step when a spike's end could be told. */
export const lastsAfter = (step: SpendStep, { direction, day }: Happening): boolean =>
  direction === step.direction && day >= addDays(step.since, -1) && day <= step.foundOn;
