import { quantiles } from '../../../domain/series/quantile.ts';
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

/** A part of a run. */
export type LoadMoment = {
  atMs: number;
  perSecond: number;
  errorsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
};

const MOST_MOMENTS = 120;

/** The run in up to 120 parts of whole seconds. */
export function loadOverTime(
  calls: readonly { calledMs: number; latencyMs: number; isError: boolean }[],
): LoadMoment[] {
  const start = calls[0]?.calledMs ?? 0;
  const seconds = ((calls.at(-1)?.calledMs ?? 0) - start) / 1_000;
  const part = Math.max(1, Math.ceil(seconds / MOST_MOMENTS));
  const parts = Map.groupBy(calls, ({ calledMs }) => Math.floor((calledMs - start) / 1_000 / part));
  return [...parts].map(([index, of]) => {
    const latencies = of.map(({ latencyMs }) => latencyMs);
    const [p50Ms = 0, p95Ms = 0] = quantiles(latencies, [0.5, 0.95]);
    return {
      atMs: start + (index + 0.5) * part * 1_000,
      perSecond: of.length / part,
      errorsPerSecond: of.filter(({ isError }) => isError).length / part,
      p50Ms,
      p95Ms,
    };
  });
}
