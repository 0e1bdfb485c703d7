import { coverBySize, errorBySize, learningCurve, moneyOverTime } from '../figures/curves.ts';
import { quantileCurve } from '../figures/reservation-figures.ts';
import type { Chart } from '../evaluation-part.ts';
import type { PredictorName, TraceRun } from '../trace-runs.ts';

type PartChart = Chart & { dataset: string };

/** How the error depends on a request's size, and on the number of earlier requests. */
export function errorCharts({ dataset, served, testedFrom }: TraceRun): PartChart[] {
  return [
    {
      dataset,
      title: 'Error by size of request',
      note: 'Median error of tested requests, by doubling of the input.',
      xLabel: 'input tokens',
      yLabel: 'MdAPE, %',
      xScale: 'logarithmic',
      yFrom: 0,
      series: [
        { name: 'Purser', points: errorBySize(served.purser.slice(testedFrom)) },
        { name: 'bucket', points: errorBySize(served.bucketMean.slice(testedFrom)) },
      ],
    },
    {
      dataset,
      title: 'Learning',
      note: 'Share predicted within 10 %, from the first request on; each point is a block.',
      xLabel: 'requests seen',
      yLabel: 'in10, %',
      yFrom: 0,
      yTo: 100,
      reference: { name: 'tested from here', x: testedFrom },
      series: [
        { name: 'Purser', points: learningCurve(served.purser) },
        { name: 'bucket', points: learningCurve(served.bucketMean) },
      ],
    },
  ];
}

/** How accurate the stated probabilities are, and how much money holds tie up. */
export function holdCharts({ dataset, served, testedFrom }: TraceRun): PartChart[] {
  const tested = served.purser.slice(testedFrom);
  const trailing = served.trailing.slice(testedFrom);
  const curve = (name: PredictorName): [number, number][] =>
    quantileCurve(served[name].slice(testedFrom)).map(({ probability, cover }) => [
      100 * probability,
      cover,
    ]);
  return [
    {
      dataset,
      title: 'Calibration',
      note: 'Requests that cost no more than a quantile of their prediction, against its probability.',
      xLabel: 'stated, %',
      yLabel: 'observed, %',
      xFrom: 0,
      xTo: 100,
      yFrom: 0,
      yTo: 100,
      reference: { name: 'perfect', diagonal: true },
      series: [
        { name: 'Purser', points: curve('purser') },
        { name: 'trailing', points: curve('trailing') },
      ],
    },
    {
      dataset,
      title: 'Cover by size of request',
      note: 'Requests that cost no more than was held for them, by doubling of the input; 95 % stated.',
      xLabel: 'input tokens',
      yLabel: 'cover, %',
      xScale: 'logarithmic',
      yFrom: 70,
      yTo: 100,
      series: [
        { name: 'Purser', points: coverBySize(tested) },
        { name: 'p95', points: coverBySize(trailing) },
      ],
    },
    {
      dataset,
      title: 'Held and spent',
      note: 'Money of 1,000 requests as held and as spent, block by block.',
      xLabel: 'requests tested',
      yLabel: 'USD',
      yFrom: 0,
      series: [
        { name: 'Purser', points: moneyOverTime(tested, ({ prediction }) => prediction.upperUsd) },
        { name: 'p95', points: moneyOverTime(trailing, ({ prediction }) => prediction.upperUsd) },
        { name: 'spent', points: moneyOverTime(tested, ({ actualUsd }) => actualUsd) },
      ],
    },
  ];
}
