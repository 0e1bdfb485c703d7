import { advisorUnderTest } from '../advice/advisor-under-test.ts';
import {
  controlFindings,
  falseTable,
  kindTable,
  plantedFindings,
} from '../advice/advice-figures.ts';
import {
  CONTROL_ORGANIZATIONS,
  falseAdviceOf,
  judgeControls,
  judgePlanted,
  SIZES,
  type Trial,
} from '../advice/advice-trial.ts';
import { emptyOutcome, type EvaluationPart, type PartOutcome } from '../evaluation-part.ts';

const CONTROLS = 'advice_controls';
const datasetOfSize = (callsPerDay: number): string => `advice_${callsPerDay}`;

/** Whether advice finds planted waste, states its saving truly, and is silent about the rest. */
export const advice: EvaluationPart = {
  id: 'advice',
  title: 'on planted waste',
  needsNoFolder: true,
  legend:
    'found7: % of wastes above 1 % of the bill that were found within 7 days · limits7: the same ' +
    'for limits that are far off · open: % of wastes with advice two weeks after they began · ' +
    'stated: % of their savings that are stated within 10 % of the true one · realized…: the same ' +
    'for savings measured where none, half or all of the calls follow · false: % of ' +
    'organizations with an item that saves nothing or is not allowed · conflict: with two items ' +
    'that exclude each other · stopped: % of organizations with a stopped route that have an item ' +
    'open for it. By kind of waste: the most days until it was found (of ten), and the worst ' +
    'errors in % of the true saving (– : not said)',
  plan: () => ({
    datasets: [...SIZES.map(({ callsPerDay }) => datasetOfSize(callsPerDay)), CONTROLS],
    missing: [],
  }),
  measure: (dataset, { seeds, onProgress }) =>
    dataset === CONTROLS
      ? measureControls({ seeds, onProgress })
      : measurePlanted(dataset, { seeds, onProgress }),
};

async function measurePlanted(dataset: string, trial: Trial): Promise<PartOutcome> {
  const outcome = emptyOutcome();
  const size = SIZES.find(({ callsPerDay }) => datasetOfSize(callsPerDay) === dataset);
  if (!size) return outcome;
  const results = await judgePlanted(advisorUnderTest, size, trial);
  const wastes = size.together === 1 ? 'one waste' : `${size.together} wastes`;
  outcome.notes.set(
    dataset,
    `${results.length} organizations with ${size.callsPerDay} calls a day and ${wastes} each, ` +
      `${trial.seeds} seeds`,
  );
  outcome.findings.push(...plantedFindings(dataset, results, size.callsPerDay));
  const falseItems = results.flatMap((result) => result.falseItems.map(falseAdviceOf));
  outcome.details.set(dataset, [...kindTable(results), ...falseTable(falseItems)]);
  return outcome;
}

async function measureControls(trial: Trial): Promise<PartOutcome> {
  const outcome = emptyOutcome();
  const results = await judgeControls(advisorUnderTest, trial);
  outcome.notes.set(
    CONTROLS,
    `${CONTROL_ORGANIZATIONS} organizations without waste, ${trial.seeds} seeds`,
  );
  outcome.findings.push(...controlFindings(CONTROLS, results));
  outcome.details.set(CONTROLS, falseTable(results.flatMap(({ falseAdvice }) => falseAdvice)));
  return outcome;
}
