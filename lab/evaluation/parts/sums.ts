import { costError } from '../figures/cost-error.ts';
import { blockSums, within10Percent } from '../figures/cost-sums.ts';
import { atLeast, type Finding, withinOf } from '../figures/finding.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { sayMissingTraces } from '../known-traces.ts';
import type { PredictorName, TraceRun } from '../trace-runs.ts';
import { clientDayFindings } from './client-day-findings.ts';

/** E2: how far sums of predictions are from sums of costs, which is what affects a budget. */
export const sums: EvaluationPart = {
  id: 'E2',
  title: 'Sums of requests',
  legend:
    'sums10, sums100: % of blocks of so many requests whose sum is predicted within 10 % · bias: ' +
    'of the sum of all · within10, MdAPE: of client-days, outputs predicted from days before · ' +
    'last day: output mean of the client’s last day',
  async evaluate(context) {
    const { traces, isWanted } = context;
    const outcome = emptyOutcome();
    outcome.missing = sayMissingTraces('E2', traces, isWanted);
    for (const dataset of traces.datasets.filter(isWanted)) {
      const run = await traces.run(dataset);
      outcome.notes.set(dataset, run.note);
      outcome.findings.push(...findingsOf(run));
    }
    await clientDayFindings(context, outcome);
    return outcome;
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
