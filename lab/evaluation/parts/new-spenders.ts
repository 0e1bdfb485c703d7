import { SEED_SETS } from '../advice/advice-trial.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { atLeast, atMost, type Finding } from '../figures/finding.ts';
import { generatedOrganization } from '../figures/generated-spenders.ts';
import { spenderFigures, toldOf } from '../figures/spender-figures.ts';

const DATASET = 'new_spenders';
/** Each once with a new spender and once without. */
const ORGANIZATIONS = 100;

/** Whether new spenders are told, how soon, and how often others are called new. */
export const newSpenders: EvaluationPart = {
  id: 'spenders',
  title: 'New spenders',
  needsNoFolder: true,
  legend:
    'foundAtOnce, foundInWeek: % of planted spenders told by the day after their first, or the ' +
    'seventh · found: at all · daysUntilTold: mean of those told · repeats: times that one is told again · ' +
    'falsePerMonth: spenders called new who are not, per organization and month',
  plan: () => ({ datasets: [DATASET], missing: [] }),
  async measure(dataset, { seeds, onProgress }) {
    const outcome = emptyOutcome();
    const judged = Array.from({ length: 2 * ORGANIZATIONS }, (_, position) => {
      onProgress(dataset, position, 2 * ORGANIZATIONS);
      const index = Math.floor(position / 2);
      const isPlanted = position % 2 === 0;
      const organization = generatedOrganization(SEED_SETS[seeds], index, { isPlanted });
      return { organization, told: toldOf(organization) };
    });
    const figures = spenderFigures(judged);
    const of = (metric: keyof typeof figures): Omit<Finding, 'unit' | 'better'> => ({
      id: 'spenders',
      dataset,
      metric,
      value: figures[metric],
      baselines: [],
    });
    outcome.findings.push(
      { ...of('foundAtOnce'), unit: '%', better: 'higher' },
      { ...of('foundInWeek'), unit: '%', better: 'higher', target: atLeast(95) },
      { ...of('found'), unit: '%', better: 'higher' },
      { ...of('daysUntilTold'), unit: '×', better: 'lower' },
      { ...of('repeats'), unit: '×', better: 'lower', target: atMost(0) },
      { ...of('falsePerMonth'), unit: '×', better: 'lower', target: atMost(0.1) },
    );
    const controls = `${ORGANIZATIONS} without`;
    outcome.notes.set(
      dataset,
      `${ORGANIZATIONS} organizations of 120 days with a new spender and ${controls}, ${seeds} seeds`,
    );
    return outcome;
  },
};
