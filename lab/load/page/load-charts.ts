import type { Chart } from '../../evaluation/evaluation-part.ts';
import type { LoadReport } from '../report.ts';

type Point = readonly [seconds: number, value: number];

/** What happened over time: latency, calls, memory, CPU. A chart without data is left out. */
export function loadCharts(report: LoadReport): Chart[] {
  const { startedAt, server, overTime } = report;
  const start = Date.parse(startedAt);
  const of = <Sample extends { atMs: number }>(
    samples: readonly Sample[],
    value: (sample: Sample) => number | undefined,
  ): Point[] =>
    samples.flatMap((sample): Point[] => {
      const y = value(sample);
      return y === undefined ? [] : [[(sample.atMs - start) / 1_000, y]];
    });
  const charts: Chart[] = [
    chart('Response time', 'ms', 'of the calls that began in each part of the run', [
      { name: 'p95', points: of(overTime, ({ p95Ms }) => p95Ms) },
      { name: 'p50', points: of(overTime, ({ p50Ms }) => p50Ms) },
    ]),
    chart('Calls', 'per second', 'errors are calls that decided nothing', [
      { name: 'calls', points: of(overTime, ({ perSecond }) => perSecond) },
      { name: 'errors', points: of(overTime, ({ errorsPerSecond }) => errorsPerSecond) },
    ]),
    chart('Memory of the server', 'MB', 'all of its processes, shared pages counted once', [
      { name: 'memory', points: of(server, ({ memoryBytes }) => memoryBytes / 1e6) },
    ]),
    chart('CPU of the server', '% of all cores', 'the generator takes the rest', [
      { name: 'CPU', points: of(server, ({ cpuShare }) => 100 * cpuShare) },
    ]),
    chart('Event loop of the server', 'ms', 'p99 of its delay in each second', [
      { name: 'delay', points: of(server, ({ loopDelayMs }) => loopDelayMs) },
    ]),
  ];
  return charts.filter(({ series }) => series.some(({ points }) => points.length > 1));
}

const chart = (title: string, yLabel: string, note: string, series: Chart['series']): Chart => ({
  title,
  yLabel,
  note,
  xLabel: 'seconds',
  yFrom: 0,
  series,
});
