import { type SpendStep, spendSteps } from '../../../domain/anomalies/spend-step.ts';
import type { GeneratedSteps } from './generated-steps.ts';

export type StepFigures = {
  /** Planted steps told within one and three weeks after their first day, in percent. */
  foundInWeek: number;
  foundInThree: number;
  /** Days from the first day of the step until it is told, on average of those told. */
  daysUntilTold: number;
  /** Days between the true first day and the one that is named, on average. */
  dateError: number;
  /** Steps told that are not planted, per organization and month. */
  falsePerMonth: number;
};

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;
/** A step that is dated farther from the planted one is another, and false. */
const MOST_DAYS_OFF = 7;

/** The steps of an organization's days, each as it is told on the day that shows it. */
export const stepsToldOf = ({ days, values }: GeneratedSteps): SpendStep[] =>
  spendSteps({ values, firstDay: days[0] ?? '' });

/** @param organizations with the steps that each was told; controls have no plant */
export function stepFigures(
  organizations: readonly { organization: GeneratedSteps; told: readonly SpendStep[] }[],
): StepFigures {
  const judged = organizations.map(({ organization: { plant, days }, told }) => {
    const own = plant && told.find((step) => isOf(step, plant));
    return { plant, own, days, others: told.filter((step) => step !== own) };
  });
  const planted = judged.filter(({ plant }) => plant !== undefined);
  const finds = planted.flatMap(({ plant, own }) =>
    plant && own
      ? [
          {
            // A day is told when it is over.
            after: daysBetween(plant.since, own.foundOn) + 1,
            off: Math.abs(daysBetween(plant.since, own.since)),
          },
        ]
      : [],
  );
  const within = (days: number): number =>
    (100 * finds.filter(({ after }) => after <= days).length) / planted.length;
  const months = judged.reduce((sum, { days }) => sum + days.length / MONTH_DAYS, 0);
  return {
    foundInWeek: within(7),
    foundInThree: within(21),
    daysUntilTold: finds.reduce((sum, { after }) => sum + after, 0) / finds.length,
    dateError: finds.reduce((sum, { off }) => sum + off, 0) / finds.length,
    falsePerMonth: judged.reduce((sum, { others }) => sum + others.length, 0) / months,
  };
}

const isOf = (step: SpendStep, plant: { since: string; factor: number }): boolean =>
  (step.direction === 'above') === plant.factor > 1 &&
  Math.abs(daysBetween(plant.since, step.since)) <= MOST_DAYS_OFF;

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
