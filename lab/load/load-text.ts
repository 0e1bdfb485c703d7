import { grouped, milliseconds, textTable, wrapped } from '../../bin/tools/text-table.ts';
import type { LoadReport } from './report.ts';
import type { JudgedMetric } from './verdict/judge.ts';
import { METRICS, type MetricName } from './verdict/targets.ts';

/** The report in at most 80 columns. */
export function loadText(report: LoadReport): string {
  const { verdict, steps, decisions, errors, generator, breakingPoint: point } = report;
  return [
    '',
    textTable([
      ['', 'calls', 'per s', 'mean ms', 'p50 ms', 'p95 ms', 'p99 ms'],
      ...steps.map(({ step, calls, perSecond, meanMs, p50Ms, p95Ms, p99Ms }) => [
        step,
        grouped(calls),
        perSecond.toFixed(1),
        ...[meanMs, p50Ms, p95Ms, p99Ms].map(milliseconds),
      ]),
    ]),
    '',
    `decisions: ${listed(decisions)}`,
    `errors: ${listed(errors)}`,
    `generator: calls ${milliseconds(generator.lateP95Ms)} ms late (p95), ${generator.cpuSeconds.toFixed(0)} s of CPU`,
    ...(point ? [breakText(report)] : []),
    '',
    textTable([
      ['', 'figure', 'target', 'critical', 'verdict'],
      ...verdict.systems.flatMap(({ system, metrics }) =>
        metrics
          .filter(isMeasured)
          .map((metric) => [
            `${system}: ${METRICS[metric.metric].name}`,
            metricValue(metric.metric, metric.value),
            limitText(metric, metric.target),
            limitText(metric, metric.critical),
            metric.verdict,
          ]),
      ),
    ]),
    ...missingText(report),
    '',
    ...verdict.reasons.map((reason) => wrapped(`- ${reason}`, { width: 78, indent: 2 })),
    ...(verdict.reasons.length > 0 ? [''] : []),
    `${verdict.outcome.toUpperCase()}${scoreText(report)}`,
  ].join('\n');
}

const isMeasured = ({ verdict }: JudgedMetric): boolean => verdict !== 'not measured';

/** Figures that have a target and no value. */
function missingText({ verdict: { systems } }: LoadReport): string[] {
  const names = systems.flatMap(({ system, metrics }) =>
    metrics
      .filter((metric) => !isMeasured(metric))
      .map(({ metric }) => `${system}: ${METRICS[metric].name}`),
  );
  if (names.length === 0) return [];
  const why = 'Rates need all users of one scenario, and the server must be on this machine.';
  return ['', wrapped(`Not measured: ${names.join(', ')}. ${why}`, { width: 80, indent: 0 })];
}

function breakText({ breakingPoint: point, startedAt }: LoadReport): string {
  const sustained = `${(point?.sustainedPerSecond ?? 0).toFixed(0)} calls per second`;
  if (!point?.broke) return `It held to the end, at up to ${sustained}.`;
  const seconds = (point.broke.atMs - Date.parse(startedAt)) / 1_000;
  return `It broke after ${seconds.toFixed(0)} s, because ${point.broke.why}.\nIt sustained ${sustained}.`;
}

const scoreText = ({ verdict: { score } }: LoadReport): string =>
  score === undefined ? '' : `, score ${score.toFixed(0)} of 100`;

const limitText = ({ metric }: JudgedMetric, limit: number): string =>
  `${METRICS[metric].better === 'lower' ? '≤' : '≥'} ${metricValue(metric, limit)}`;

/** A figure with its unit; a dash if nobody measured it. */
export function metricValue(metric: MetricName, value: number | undefined): string {
  if (value === undefined) return '–';
  const { unit } = METRICS[metric];
  if (unit === '%') return `${(100 * value).toFixed(1)} %`;
  return unit === 'ms' ? `${milliseconds(value)} ms` : value.toFixed(1);
}

const listed = (counts: readonly [string, number][]): string =>
  counts.length === 0
    ? 'none'
    : counts.map(([name, count]) => `${grouped(count)} ${name}`).join(', ');
