import { type Finding, verdictOf } from '../figures/finding.ts';
import { chartFigure, escapeHtml } from './line-chart.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type EvaluatedPart, figure } from './results-table.ts';

/** The whole evaluation as a single self-contained HTML file. */
export function htmlReport(evaluated: readonly EvaluatedPart[], facts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Purser: how accurate it is</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>How accurate Purser is</h1>
<p>${facts.map(escapeHtml).join('<br>')}</p>
</header>
<main>
${summary(evaluated)}
${evaluated.map(partSection).join('\n')}
</main>
</body>
</html>
`;
}

function summary(evaluated: readonly EvaluatedPart[]): string {
  const judged = evaluated.flatMap(({ outcome }) =>
    outcome.findings.filter((finding) => finding.target),
  );
  const rows = judged.map(
    (finding) =>
      `<tr><td>${finding.id}</td><td>${escapeHtml(finding.dataset)}</td><td>${escapeHtml(finding.metric)}</td>` +
      `<td class="own">${figure(finding.value, finding.unit)}</td><td>${targetCell(finding)}</td></tr>`,
  );
  const metCount = judged.filter((finding) => verdictOf(finding) === 'met').length;
  return `<section>
<h2>Targets</h2>
<p>${metCount} of ${judged.length} are met.</p>
<details open><summary>All targets in one table</summary>
<table><thead><tr><th></th><th>data</th><th>metric</th><th>Purser</th><th>target</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
</details>
</section>`;
}

function partSection({ part, outcome }: EvaluatedPart): string {
  const datasets = [...new Set(outcome.findings.map(({ dataset }) => dataset))];
  const missing = outcome.missing.map((line) => `<p class="note">Missing: ${escapeHtml(line)}</p>`);
  const failed = outcome.failures.map((line) => `<p class="note">Failed: ${escapeHtml(line)}</p>`);
  return `<section>
<h2>${part.id} · ${escapeHtml(part.title)}</h2>
<p class="note">${escapeHtml(part.legend)}</p>
${[...missing, ...failed].join('\n')}
${datasets.map((dataset) => datasetSection(dataset, { part, outcome })).join('\n')}
</section>`;
}

function datasetSection(dataset: string, { outcome }: EvaluatedPart): string {
  const findings = outcome.findings.filter((finding) => finding.dataset === dataset);
  const charts = outcome.charts.filter((chart) => chart.dataset === dataset);
  const figures = charts.map(chartFigure);
  return `<article>
<h3>${escapeHtml(dataset)}</h3>
<p class="note">${escapeHtml(outcome.notes.get(dataset) ?? '')}</p>
${findingsTable(findings)}
<div class="charts">${figures.join('\n')}</div>
</article>`;
}

function findingsTable(findings: readonly Finding[]): string {
  const names = [
    ...new Set(findings.flatMap(({ baselines }) => baselines.map(({ name }) => name))),
  ];
  const rows = findings.map((finding) => {
    const cells = names.map((name) => {
      const baseline = finding.baselines.find((item) => item.name === name);
      return `<td>${baseline ? figure(baseline.value, finding.unit) : ''}</td>`;
    });
    return (
      `<tr><th>${escapeHtml(finding.metric)}</th><td class="own">${figure(finding.value, finding.unit)}</td>` +
      `${cells.join('')}<td>${targetCell(finding)}</td></tr>`
    );
  });
  const heads = ['', 'Purser', ...names, 'target'].map((name) => `<th>${escapeHtml(name)}</th>`);
  return `<table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function targetCell(finding: Finding): string {
  const verdict = verdictOf(finding);
  if (!finding.target || !verdict) return '';
  const mark = verdict === 'met' ? '<b class="met">met</b>' : '<b class="not-met">not met</b>';
  return `${escapeHtml(finding.target.text)} ${mark}`;
}
