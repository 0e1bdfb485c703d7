import { FULL_PREDICTOR, type PredictorResult, type Spread } from './measure-predictor.ts';
import { grouped, milliseconds, textTable } from '../../../bin/tools/text-table.ts';
import type { Timing } from '../timed-calls.ts';

/** The predictor's targets: upper limits for the times at full size. */
const TARGETS = { quoteMs: 1, httpMs: 50, loadMs: 20, trainingSeconds: 60, trainingMiB: 512 };

/** Formats the figures and their targets as a table of at most 80 columns. */
export function predictorText(result: PredictorResult, http: Timing): string {
  const { sizes, routes, training } = result;
  const isFullTraining = sizes.trainingRows >= FULL_PREDICTOR.trainingRows;
  return [
    '',
    `Predictor: ${routes} routes of ${grouped(sizes.routeRequests)} requests, and a regression`,
    textTable([
      ['', 'p50', 'p95', 'p99', 'max', 'target', ''],
      spreadRow('quote of one model, ms', result.quoteOne, 'p99', TARGETS.quoteMs),
      spreadRow('quote of eight models, ms', result.quoteEight, 'p99', TARGETS.quoteMs),
      spreadRow('predict through HTTP, ms', http, 'p99', TARGETS.httpMs),
      spreadRow('load, items in memory, ms', result.loadItems, 'max', TARGETS.loadMs),
      spreadRow('load, embedded store, ms', result.loadStored),
      trainingRow('training, s', training.seconds, isFullTraining && TARGETS.trainingSeconds),
      trainingRow('its peak memory, MiB', training.peakMiB, isFullTraining && TARGETS.trainingMiB),
    ]),
    'Quotes are in process and warm, HTTP is one at a time; the training had',
    `${grouped(sizes.trainingRows)} rows, in a process of its own that also generated them.`,
    ...(isFullTraining
      ? []
      : [`Its targets are for ${grouped(FULL_PREDICTOR.trainingRows)} rows: leave --quick away.`]),
  ].join('\n');
}

function spreadRow(
  what: string,
  spread: Omit<Spread, 'maxMs'> & { maxMs?: number },
  judged: 'p99' | 'max' = 'max',
  target?: number,
): string[] {
  const { p50Ms, p95Ms, p99Ms, maxMs = Number.NaN } = spread;
  const cells = [p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds);
  if (target === undefined) return [what, ...cells];
  const figure = judged === 'p99' ? p99Ms : maxMs;
  return [what, ...cells, `${judged} < ${target}`, verdict(figure < target)];
}

const trainingRow = (what: string, figure: number, target: number | false): string[] => [
  what,
  '',
  '',
  '',
  figure < 100 ? figure.toFixed(1) : figure.toFixed(0),
  ...(target === false ? [] : [`< ${target}`, verdict(figure < target)]),
];

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'NOT MET');
