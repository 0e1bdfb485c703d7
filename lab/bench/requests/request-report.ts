import { availableParallelism } from 'node:os';
import type { Bundle } from './bundles.ts';
import { grouped, milliseconds, textTable } from '../../../bin/tools/text-table.ts';
import type { PairResult } from './pairs/measure-pairs.ts';
import type { Timing } from '../timed-calls.ts';

/** Results through HTTP; `purserMs` and `bareMs` are the time of one reserve and settle. */
export type HttpResult = {
  timings: { concurrency: number; predict: Timing; reserve: Timing; settle: Timing }[];
  ratios: { concurrency: number; purserMs: number; bareMs: number }[];
  getItemsPerSecond: number;
  bundles: Bundle[];
};
export type BenchResult = HttpResult & PairResult;

/** Formats the figures as tables of at most 80 columns. */
export function benchText(result: BenchResult): string {
  return [...pairLines(result), ...httpLines(result)].join('\n');
}

/** Like with like: one process, one store, nothing else running. */
function pairLines({ pairs, importCpuMs, firstCallCpuMs }: BenchResult): string[] {
  const { bare, exact, escrow } = pairs;
  const times = ({ p50Ms, cpuUs }: typeof bare) => [milliseconds(p50Ms), grouped(cpuUs)];
  const cells = (pair: typeof exact) => [
    ...times(pair),
    pair.calls.toFixed(1),
    `×${pair.ratio.toFixed(2)}`,
  ];
  return [
    '',
    'Reserve + settle (four budgets apply) in one process, in turns with two bare transactions of the SDK',
    textTable([
      ['', 'p50 ms', 'CPU µs', 'store calls', 'ratio'],
      ['two bare transactions', ...times(bare), '2', ''],
      ['exact', ...cells(exact)],
      ['escrow', ...cells(escrow)],
    ]),
    '',
    `A fresh environment of reserve: import ${milliseconds(importCpuMs)} ms CPU, first call ${milliseconds(firstCallCpuMs)} ms CPU`,
  ];
}

function httpLines({ timings, ratios, getItemsPerSecond, bundles }: BenchResult): string[] {
  return [
    '',
    'Through HTTP',
    textTable([
      ['', 'at a time', 'p50 ms', 'p95 ms', 'p99 ms', 'requests/s'],
      ...timings.flatMap(({ concurrency, ...calls }) =>
        (['predict', 'reserve', 'settle'] as const).map((name) => [
          name,
          String(concurrency),
          ...timingCells(calls[name]),
        ]),
      ),
    ]),
    '',
    'Reserve + settle through HTTP, while stream followers use the same cores',
    textTable([
      ['', 'Purser ms', 'bare ms', 'ratio'],
      ...ratios.map(({ concurrency, purserMs, bareMs }) => [
        `${concurrency} at a time, per pair`,
        milliseconds(purserMs),
        milliseconds(bareMs),
        `×${(purserMs / bareMs).toFixed(2)}`,
      ]),
    ]),
    '',
    `Ceiling of this run: ${getItemsPerSecond.toFixed(0)} GetItem/s by one process with the AWS SDK`,
    `(${availableParallelism()} cores, which everything here shares).`,
    '',
    'Bundles',
    textTable([
      ['', 'KiB', 'import ms'],
      ...bundles.map(({ name, bytes, importMs }) => [
        name,
        (bytes / 1_024).toFixed(0),
        importMs === undefined ? '' : milliseconds(importMs),
      ]),
    ]),
  ];
}

const timingCells = ({ p50Ms, p95Ms, p99Ms, perSecond }: Timing): string[] => [
  ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
  perSecond.toFixed(1),
];
