import { SEED_SETS } from '../advice/advice-trial.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { atLeast, atMost, type Finding } from '../figures/finding.ts';
import { generatedSteps } from '../figures/generated-steps.ts';
import { stepFigures, stepsToldOf } from '../figures/step-figures.ts';

const DATASET = 'steps';
/** Each once with a step and once without. */
const ORGANIZATIONS = 300;
const LARGE_USERS = 60;

/** Whether lasting steps are told, how soon, with which day, and how often there was none. */
export const steps: EvaluationPart = {
  id: 'steps',
  title: 'Lasting steps',
  needsNoFolder: true,
  legend:
    'foundInWeek, foundInThree: % of planted steps told within one and three weeks · foundOfLarge: the ' +
    'latter in organizations of 60 users · daysUntilTold, ' +
    'dateError: means of those told, the latter between the true first day and the one named · ' +
    'falsePerMonth: steps told that are none, per organization and month',
  plan: () => ({ datasets: [DATASET], missing: [] }),
  async measure(dataset, { seeds, onProgress }) {
    const outcome = emptyOutcome();
    const judged = Array.from({ length: 2 * ORGANIZATIONS }, (_, position) => {
      onProgress(dataset, position, 2 * ORGANIZATIONS);
      const isPlanted = position % 2 === 0;
      const organization = generatedSteps(SEED_SETS[seeds], Math.floor(position / 2), {
        isPlanted,
      });
      return { organization, told: stepsToldOf(organization) };
    });
    const large = judged.filter(({ organization: { users } }) => users === LARGE_USERS);
    const figures = { ...stepFigures(judged), foundOfLarge: stepFigures(large).foundInThree };
    const of = (metric: keyof typeof figures): Omit<Finding, 'unit' | 'better'> => ({
      id: 'steps',
      dataset,
      metric,
      value: figures[metric],
      baselines: [],
    });
    outcome.findings.push(
      { ...of('foundInWeek'), unit: '%', better: 'higher' },
      { ...of('foundInThree'), unit: '%', better: 'higher' },
      { ...of('foundOfLarge'), unit: '%', better: 'higher', target: atLeast(95) },
      { ...of('daysUntilTold'), unit: '×', better: 'lower' },
      { ...of('dateError'), unit: '×', better: 'lower', target: atMost(1) },
      { ...of('falsePerMonth'), unit: '×', better: 'lower', target: atMost(0.05) },
    );
    outcome.notes.set(
      dataset,
      `${ORGANIZATIONS} organizations of 120 days with a step of 0.3 to 4 times and ${ORGANIZATIONS} without, ${seeds} seeds`,
    );
    return outcome;
  },
};
