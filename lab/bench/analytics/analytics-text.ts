import { grouped, milliseconds, percent, textTable } from '../../../bin/tools/text-table.ts';
import type { AnalyticsResult, AskedTimes, MeasuredQuestion } from './measure-analytics.ts';

/** Formats the figures as a table of at most 80 columns. */
export function analyticsText({ sizes, seeded, questions, cache }: AnalyticsResult): string {
  const { days, requests, users, departments, models } = seeded;
  return [
    '',
    `Analytics of ${days} days: ${grouped(requests)} requests, ${users} users, ` +
      `${departments} departments, ${models} models`,
    textTable([
      ['', 'uncached', '', '', 'cached', '', '', ''],
      ['', 'p50 ms', 'p99 ms', 'reads', 'p50 ms', 'p99 ms', 'reads', 'faster'],
      ...questions.map(rowOf),
    ]),
    `Hit rate that the API reports: ${percent(cache.hitRate ?? Number.NaN)} ` +
      `(${grouped(cache.hits)} hits, ${grouped(cache.misses)} misses)`,
    `Each question that is kept was asked ${sizes.again} times again before the next change.`,
    'Through HTTP, one at a time. uncached: after the cache was invalidated, or for',
    'what is never cached (a dash); recommendations are computed once, then nightly.',
    'reads: read units of the question itself, counted in this process on the same',
    'store. faster: p50 uncached over p50 cached.',
  ].join('\n');
}

function rowOf({ name, first, again }: MeasuredQuestion): string[] {
  if (!again) return [name, ...cellsOf(first), '–', '–', '–', '–'];
  const faster = first.p50Ms / again.p50Ms;
  const factor = `×${faster.toFixed(faster < 100 ? 1 : 0)}`;
  return [name, ...cellsOf(first), ...cellsOf(again), factor];
}

/** Quantiles of a single call would all be the same. */
const cellsOf = ({ asked, p50Ms, p99Ms, readUnits }: AskedTimes): string[] => [
  milliseconds(p50Ms),
  asked > 1 ? milliseconds(p99Ms) : '–',
  readUnits.toFixed(1),
];
