import { chartFigure, escapeHtml } from '../../evaluation/page/line-chart.ts';
import { PAGE_STYLE } from '../../evaluation/page/page-style.ts';
import { metricValue } from '../load-text.ts';
import type { LoadReport } from '../report.ts';
import { SCENARIOS } from '../scenarios.ts';
import type { JudgedMetric, JudgedSystem } from '../verdict/judge.ts';
import { METRICS } from '../verdict/targets.ts';
import { loadCharts } from './load-charts.ts';

/** The verdict on a load run as a single self-contained HTML file. */
export function loadPage(report: LoadReport): string {
  const { scenario, startedAt, users, seconds, verdict } = report;
  const score = verdict.score === undefined ? '' : `, ${verdict.score.toFixed(0)} of 100`;
  const size = users > 0 ? `${users} users, ` : '';
  const reasons = verdict.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Purser under load: ${scenario}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${scenario}: <span class="${verdict.outcome === 'passed' ? 'good' : 'bad'}">${verdict.outcome}${score}</span></h1>
<p>${escapeHtml(SCENARIOS[scenario].what)}<br>${size}${seconds} s measured, started ${startedAt}</p>
</header>
<main>
${reasons.length > 0 ? `<ul>${reasons.join('\n')}</ul>` : ''}
<section>
<h2>Verdict</h2>
${verdict.systems.map(systemTable).join('\n')}
</section>
<section>
<h2>The run</h2>
<div class="charts">${loadCharts(report).map(chartFigure).join('\n')}</div>
</section>
<section>
<h2>Steps</h2>
${stepsTable(report)}
${countsTable('Decisions', report.decisions)}
${countsTable('Errors', report.errors)}
${differencesTable(report)}
</section>
</main>
</body>
</html>
`;
}

function systemTable({ system, score, metrics }: JudgedSystem): string {
  const title = score === undefined ? system : `${system}: ${score.toFixed(0)} of 100`;
  const rows = metrics.map(
    (metric) =>
      `<tr><th>${METRICS[metric.metric].name}</th><td class="own">${metricValue(metric.metric, metric.value)}</td>` +
      `<td>${metricValue(metric.metric, metric.target)}</td><td>${metricValue(metric.metric, metric.critical)}</td>` +
      `<td>${deviation(metric)}</td><td>${mark(metric)}</td></tr>`,
  );
  return `<h3>${title}</h3>
<table><thead><tr><th></th><th>measured</th><th>target</th><th>critical</th><th>from target</th><th>verdict</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

const deviation = ({ deviation: share }: JudgedMetric): string =>
  share === undefined ? '' : `${share > 0 ? '+' : ''}${(100 * share).toFixed(0)} %`;

const mark = ({ verdict }: JudgedMetric): string =>
  verdict === 'not measured'
    ? verdict
    : `<b class="${verdict === 'met' ? 'met' : 'not-met'}">${verdict}</b>`;

function stepsTable({ steps }: LoadReport): string {
  const rows = steps.map(
    ({ step, calls, perSecond, meanMs, p50Ms, p95Ms, p99Ms }) =>
      `<tr><th>${escapeHtml(step)}</th><td>${calls}</td><td>${perSecond.toFixed(1)}</td>${[
        meanMs,
        p50Ms,
        p95Ms,
        p99Ms,
      ]
        .map((value) => `<td>${value.toFixed(0)} ms</td>`)
        .join('')}</tr>`,
  );
  return `<table><thead><tr><th></th><th>calls</th><th>per second</th><th>mean</th><th>p50</th><th>p95</th><th>p99</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function countsTable(title: string, counts: readonly [string, number][]): string {
  if (counts.length === 0) return `<p class="note">${title}: none.</p>`;
  const rows = counts.map(
    ([name, count]) => `<tr><th>${escapeHtml(name)}</th><td>${count}</td></tr>`,
  );
  return `<h3>${title}</h3><table><tbody>${rows.join('\n')}</tbody></table>`;
}

function differencesTable({ differences }: LoadReport): string {
  if (differences.length === 0) return '';
  const percent = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
  const rows = differences.map(
    ({ step, share, before, after, change, low, high, verdict }) =>
      `<tr><th>${escapeHtml(step)}, p${100 * share}</th><td>${before.toFixed(0)} ms</td><td>${after.toFixed(0)} ms</td>` +
      `<td>${percent(change)}</td><td>${percent(low)} to ${percent(high)}</td><td>${verdict}</td></tr>`,
  );
  return `<h3>Against the baseline</h3>
<table><thead><tr><th></th><th>before</th><th>now</th><th>change</th><th>95 % interval</th><th>verdict</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}
