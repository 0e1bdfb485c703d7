import { createBucketMean } from '../figures/baseline-predictors.ts';
import type { CostPredictor } from '../figures/blind-run.ts';
import { type ClientDay, createLastDayMean, predictClientDays } from '../figures/client-days.ts';
import { relativeErrors, within10Percent } from '../figures/cost-sums.ts';
import { atLeast } from '../figures/finding.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { datasetOf } from '../data-folder.ts';
import type { EvaluationContext, PartOutcome } from '../evaluation-part.ts';
import { createProductPredictor } from '../product-predictor.ts';
import { readClientHours } from '../read-client-hours.ts';

const FILE = /^servegen_client_hours\.csv(?:\.gz)?$/;
const HOURS_PER_DAY = 24;

/** Adds the client-day figures, or reports that their file is missing. */
export async function clientDayFindings(
  { folder, train, isWanted, onProgress }: EvaluationContext,
  outcome: PartOutcome,
): Promise<void> {
  const dataset = 'servegen_client_hours';
  if (!isWanted(dataset)) return;
  const file = folder.files.find((name) => FILE.test(name));
  if (file === undefined) {
    outcome.missing.push('E2: no file such as servegen_client_hours.csv.gz');
    return;
  }
  const trainFile = train?.files.find((name) => FILE.test(name));
  const taught = train && trainFile !== undefined ? await readClientHours(train, trainFile) : [];
  const tested = await readClientHours(folder, file);
  const fromDay = Math.floor(Math.min(...tested.map(({ hour }) => hour)) / HOURS_PER_DAY);
  // Hours from the tested folder's time or later could reveal its answers.
  const before = taught.filter(({ hour }) => hour < fromDay * HOURS_PER_DAY);
  onProgress(datasetOf(file), 0, 1);
  const daysBy = (predictor: CostPredictor): ClientDay[] =>
    predictClientDays([...before, ...tested], predictor, fromDay);
  const days = {
    own: daysBy(createProductPredictor()),
    bucket: daysBy(createBucketMean()),
    lastDay: daysBy(createLastDayMean()),
  };
  const median = (clientDays: readonly ClientDay[]): number =>
    100 * (quantiles(relativeErrors(clientDays), [0.5])[0] ?? Number.NaN);
  const by = (figure: (clientDays: readonly ClientDay[]) => number) => ({
    id: 'E2',
    dataset,
    unit: '%' as const,
    value: figure(days.own),
    baselines: [
      { name: 'bucket', value: figure(days.bucket) },
      { name: 'last day', value: figure(days.lastDay) },
    ],
  });
  outcome.notes.set(dataset, `${days.own.length} client-days tested, each from days before it`);
  const within10 = by(within10Percent);
  const MdAPE = by(median);
  outcome.findings.push(
    {
      ...within10,
      baselines: [...within10.baselines, { name: 'quoted', value: 78, quoted: true }],
      metric: 'within10',
      better: 'higher',
      target: atLeast(82),
    },
    {
      ...MdAPE,
      baselines: [...MdAPE.baselines, { name: 'quoted', value: 1.9, quoted: true }],
      metric: 'MdAPE',
      better: 'lower',
    },
  );
}
