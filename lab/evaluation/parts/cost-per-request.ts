import { type CostError, costError } from '../figures/cost-error.ts';
import type { Finding } from '../figures/finding.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { missingTraces, quotedOf, targetOf } from '../known-traces.ts';
import { tracesIn } from '../read-requests.ts';
import type { PredictorName, TraceRun } from '../trace-runs.ts';
import { errorCharts } from './request-charts.ts';

const METRICS = ['in10', 'MdAPE', 'WAPE'] as const satisfies (keyof CostError)[];

/** E1: how far predicted costs of single requests are from their actual costs. */
export const costPerRequest: EvaluationPart = {
  id: 'E1',
  title: 'Cost per request',
  legend:
    'bucket: running mean by model, operation and input size · global: one running mean · ' +
    'trailing: median of the last 500 · quoted: gradient boosting, as published',
  plan(files) {
    const datasets = tracesIn(files);
    return { datasets, missing: missingTraces('E1', datasets) };
  },
  async measure(dataset, { traces }) {
    const run = await traces.run(dataset);
    const notes = new Map([[dataset, run.note]]);
    return { ...emptyOutcome(), notes, findings: findingsOf(run), charts: errorCharts(run) };
  },
};

function findingsOf({ dataset, served, testedFrom }: TraceRun): Finding[] {
  const errorOf = (name: PredictorName): CostError => costError(served[name].slice(testedFrom));
  const own = errorOf('purser');
  const bucket = errorOf('bucketMean');
  const global = errorOf('globalMean');
  const trailing = errorOf('trailing');
  return METRICS.map((metric) => ({
    id: 'E1',
    dataset,
    metric,
    value: own[metric],
    unit: '%',
    better: metric === 'in10' ? 'higher' : 'lower',
    baselines: [
      { name: 'bucket', value: bucket[metric] },
      { name: 'global', value: global[metric] },
      { name: 'trailing', value: trailing[metric] },
      ...quotedOf(dataset, metric),
    ],
    target: targetOf(dataset, metric),
  }));
}
