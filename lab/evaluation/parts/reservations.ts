import { CURVE_PROBABILITIES, type ServedRequest } from '../figures/blind-run.ts';
import { atLeast, atMost, between, type Finding } from '../figures/finding.ts';
import { coverByClass, sizeOf } from '../figures/curves.ts';
import { requestCostUsd } from '../figures/known-request.ts';
import {
  coverPercent,
  type Held,
  holdAtCover,
  holdRatio,
  quantileCurve,
  worstWindowPercent,
} from '../figures/reservation-figures.ts';
import { falseRefusalsPercent } from '../figures/tight-budget.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';
import { missingTraces } from '../known-traces.ts';
import { tracesIn } from '../read-requests.ts';
import type { TraceRun } from '../trace-runs.ts';
import { changesBetween, measureChange } from './changes-of-workload.ts';
import { holdCharts } from './request-charts.ts';

const WORST_CASE_TOKENS = 4_096;
/** With fewer requests, the cover reflects chance more than the class. */
const LEAST_IN_CLASS = 90;
const P99 = CURVE_PROBABILITIES.indexOf(0.99);

/**
 * E3: how much is held for a request, how often it suffices, and which requests budgets refuse
 * because of it.
 */
export const reservations: EvaluationPart = {
  id: 'E3',
  title: 'Reservations',
  legend:
    'cover: % of costs within the hold · worst500: the same, worst 500 in a row · hold: held ' +
    'over spent · refused: % refused by budgets of 1.2 × the cost of 250 requests, 50 in flight · ' +
    'p95, p99: of the last 500 outputs · worst: 4096 tokens · 1 USD: for each request · matched: ' +
    'the trailing quantile with the same cover as Purser · leastSize, mostSize, leastModel, mostModel: ' +
    'cover of the sizes of input (doublings) and models with 90 tested requests or more · a->b: workload b from one request to the next',
  plan(files) {
    const traces = tracesIn(files);
    const changes = changesBetween(traces).map(({ dataset }) => dataset);
    return { datasets: [...traces, ...changes], missing: missingTraces('E3', traces) };
  },
  async measure(dataset, context) {
    const change = changesBetween(tracesIn(context.folder.files)).find(
      (each) => each.dataset === dataset,
    );
    if (change) return measureChange(change, context);
    const run = await context.traces.run(dataset);
    const notes = new Map([[dataset, run.note]]);
    return { ...emptyOutcome(), notes, findings: findingsOf(run), charts: holdCharts(run) };
  },
};

function findingsOf({ dataset, served, testedFrom }: TraceRun): Finding[] {
  const own = served.purser.slice(testedFrom);
  const trailing = served.trailing.slice(testedFrom);
  const holds = {
    p95: heldOf(trailing, ({ prediction }) => prediction.upperUsd),
    p99: heldOf(trailing, ({ prediction }) => prediction.quantilesUsd[P99] ?? Number.NaN),
    worst: heldOf(own, ({ known }) => requestCostUsd(known, WORST_CASE_TOKENS)),
    '1 USD': heldOf(own, () => 1),
  };
  const heldAmounts = heldOf(own, ({ prediction }) => prediction.upperUsd);
  const by = (figure: (heldAmounts: readonly Held[]) => number) => ({
    value: figure(heldAmounts),
    baselines: Object.entries(holds).map(([name, other]) => ({ name, value: figure(other) })),
  });
  const matched = holdAtCover(quantileCurve(trailing), coverPercent(heldAmounts));
  const hold = by(holdRatio);
  const common = { id: 'E3', dataset } as const;
  return [
    {
      ...common,
      ...by(coverPercent),
      metric: 'cover',
      unit: '%',
      better: 'higher',
      against: 'p95',
      target: between(94, 97),
    },
    {
      ...common,
      ...by(worstWindowPercent),
      metric: 'worst500',
      unit: '%',
      better: 'higher',
      against: 'p95',
      target: atLeast(90),
    },
    {
      ...common,
      ...hold,
      metric: 'hold',
      baselines: [...hold.baselines, { name: 'matched', value: matched }],
      unit: '×',
      better: 'lower',
      against: 'matched',
      target: atMost(matched, `≤ ${matched.toFixed(2)}`),
    },
    ...classFindings(dataset, own, trailing),
    {
      ...common,
      ...by(falseRefusalsPercent),
      metric: 'refused',
      unit: '%',
      better: 'lower',
      against: 'worst',
    },
  ];
}

/** The lowest and highest cover of any input size, and of any model if a trace has several. */
function classFindings(
  dataset: string,
  own: readonly ServedRequest[],
  trailing: readonly ServedRequest[],
): Finding[] {
  const classes = { Size: sizeOf, Model: ({ known }: ServedRequest) => known.model };
  return Object.entries(classes).flatMap(([name, classOf]) => {
    const covers = coverByClass(own, classOf, LEAST_IN_CLASS);
    const others = coverByClass(trailing, classOf, LEAST_IN_CLASS);
    if (covers.length < 2) return [];
    const common = { id: 'E3', dataset, unit: '%', better: 'higher', against: 'p95' } as const;
    return [
      {
        ...common,
        metric: `least${name}`,
        value: Math.min(...covers),
        baselines: [{ name: 'p95', value: Math.min(...others) }],
        target: atLeast(90),
      },
      {
        ...common,
        metric: `most${name}`,
        value: Math.max(...covers),
        better: 'lower',
        baselines: [{ name: 'p95', value: Math.max(...others) }],
        target: atMost(98),
      },
    ];
  });
}

const heldOf = (
  served: readonly ServedRequest[],
  hold: (request: ServedRequest) => number,
): Held[] => served.map((request) => ({ heldUsd: hold(request), actualUsd: request.actualUsd }));
