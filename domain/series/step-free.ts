import type { LastingStep } from './lasting-steps.ts';

/** A series as if it had always been at its present level. */
export type StepFree = {
  /** How many of the first days are left out. */
  skipped: number;
  values: number[];
  /** Its steps, counted from the first day that is kept. */
  steps: LastingStep[];
};

/** Levels further apart than this have nothing in common; days before such a step are left out. */
const MOST_RATIO = 20;

/**
 * Brings the days before each lasting step to the level after it (Chen and Liu, 1993), so that they
 * still tell weekdays and noise, and no longer pull the level.
 */
export function withoutSteps(raw: readonly number[], steps: readonly LastingStep[]): StepFree {
  const values = [...raw];
  let skipped = 0;
  for (const { at, before, since } of steps) {
    const ratio = since / before;
    if (ratio >= 1 / MOST_RATIO && ratio <= MOST_RATIO) {
      for (let day = skipped; day < at; day += 1) values[day] = (values[day] ?? 0) * ratio;
    } else skipped = at;
  }
  return {
    skipped,
    values: values.slice(skipped),
    steps: steps
      .filter(({ at }) => at > skipped)
      .map((step) => ({ ...step, at: step.at - skipped, knownFrom: step.knownFrom - skipped })),
  };
}
