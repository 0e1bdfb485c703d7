import { createBucketMean } from '../figures/baseline-predictors.ts';
import type { CostPredictor } from '../figures/blind-run.ts';
import { type ClientDay, createLastDayMean, predictClientDays } from '../figures/client-days.ts';
import { relativeErrors, within10Percent } from '../figures/cost-sums.ts';
import { atLeast, type Finding } from '../figures/finding.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { fileOf, ownFileOf } from '../data-folder.ts';
import { emptyOutcome, type EvaluationContext, type PartOutcome } from '../evaluation-part.ts';
import { createProductPredictor } from '../product-predictor.ts';
import { readClientHours } from '../read-client-hours.ts';

export const CLIENT_HOURS = 'servegen_client_hours';
const HOURS_PER_DAY = 24;

/** The figures of client-days. */
export async function measureClientDays({
  folder,
  train,
  onProgress,
}: EvaluationContext): Promise<PartOutcome> {
  const dataset = CLIENT_HOURS;
  const trainFile = train && fileOf(train, dataset);
  const taught = train && trainFile !== undefined ? await readClientHours(train, trainFile) : [];
  const tested = await readClientHours(folder, ownFileOf(folder, dataset));
  const fromDay = Math.floor(Math.min(...tested.map(({ hour }) => hour)) / HOURS_PER_DAY);
  // Hours from the tested folder's time or later could reveal its answers.
  const before = taught.filter(({ hour }) => hour < fromDay * HOURS_PER_DAY);
  const daysBy = (name: string, predictor: CostPredictor): ClientDay[] =>
    predictClientDays([...before, ...tested], predictor, fromDay, (done, total) =>
      onProgress(`${dataset}, ${name}`, done, total),
    );
  const days = {
    own: daysBy('purser', createProductPredictor()),
    bucket: daysBy('bucketMean', createBucketMean()),
    lastDay: daysBy('lastDayMean', createLastDayMean()),
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
  const note = `${days.own.length} client-days tested, each from days before it`;
  const within10 = by(within10Percent);
  const MdAPE = by(median);
  const findings: Finding[] = [
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
  ];
  return { ...emptyOutcome(), notes: new Map([[dataset, note]]), findings };
}
