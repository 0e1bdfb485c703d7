import { costError } from '../figures/cost-error.ts';
import { blockSums, within10Percent } from '../figures/cost-sums.ts';
import { atLeast, type Finding, withinOf } from '../figures/finding.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { missingTraces } from '../known-traces.ts';
import { isClientHoursFile } from '../read-client-hours.ts';
import { tracesIn } from '../read-requests.ts';
import type { PredictorName, TraceRun } from '../trace-runs.ts';
import { CLIENT_HOURS, measureClientDays } from './client-day-findings.ts';

/** E2: how far sums of predictions are from sums of costs, which is what affects a budget. */
export const sums: EvaluationPart = {
  id: 'E2',
  title: 'Sums of requests',
  legend:
    'sums10, sums100: % of blocks of so many requests whose sum is predicted within 10 % · bias: ' +
    'of the sum of all · within10, MdAPE: of client-days, outputs predicted from days before · ' +
    'last day: output mean of the client’s last day',
  plan(files) {
    const datasets = tracesIn(files);
    const missing = missingTraces('E2', datasets);
    if (files.some(isClientHoursFile)) datasets.push(CLIENT_HOURS);
    else
      missing.push({ dataset: CLIENT_HOURS, text: `E2: no file such as ${CLIENT_HOURS}.csv.gz` });
    return { datasets, missing };
  },
  async measure(dataset, context) {
    if (dataset === CLIENT_HOURS) return measureClientDays(context);
    const run = await context.traces.run(dataset);
    const notes = new Map([[dataset, run.note]]);
    return { ...emptyOutcome(), notes, findings: findingsOf(run) };
  },
};

function findingsOf({ dataset, served, testedFrom }: TraceRun): Finding[] {
  const by = (figure: (name: PredictorName) => number) => ({
    value: figure('purser'),
    unit: '%' as const,
    baselines: [
      { name: 'bucket', value: figure('bucketMean') },
      { name: 'global', value: figure('globalMean') },
      { name: 'trailing', value: figure('trailing') },
    ],
  });
  const tested = (name: PredictorName) => served[name].slice(testedFrom);
  const common = { id: 'E2', dataset } as const;
  const blocks = (length: number) => by((name) => within10Percent(blockSums(tested(name), length)));
  return [
    { ...common, ...blocks(10), metric: 'sums10', better: 'higher', target: atLeast(90) },
    { ...common, ...blocks(100), metric: 'sums100', better: 'higher', target: atLeast(100) },
    {
      ...common,
      ...by((name) => costError(tested(name)).bias),
      metric: 'bias',
      better: 'nearer to zero',
      target: withinOf(1),
    },
  ];
}
