import { availableParallelism } from 'node:os';
import type { Bundle } from './bundles.ts';
import { milliseconds, textTable } from '../../../bin/tools/text-table.ts';
import type { Timing } from '../timed-calls.ts';

/** Results of the benchmark; `purserMs` and `bareMs` are the time of one reserve and settle. */
export type BenchResult = {
  timings: { concurrency: number; predict: Timing; reserve: Timing; settle: Timing }[];
  ratios: { concurrency: number; purserMs: number; bareMs: number }[];
  getItemsPerSecond: number;
  bundles: Bundle[];
};

/** Formats the figures as tables of at most 80 columns. */
export function benchText({ timings, ratios, getItemsPerSecond, bundles }: BenchResult): string {
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
    'Reserve + settle (four budgets apply), against the two bare transactions',
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
  ].join('\n');
}

const timingCells = ({ p50Ms, p95Ms, p99Ms, perSecond }: Timing): string[] => [
  ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
  perSecond.toFixed(1),
];
