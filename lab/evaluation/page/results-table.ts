import { type Finding, verdictOf } from '../figures/finding.ts';
import type { EvaluationPart, PartOutcome } from '../evaluation-part.ts';
import { textTable } from '../../../bin/tools/text-table.ts';

export type EvaluatedPart = { part: EvaluationPart; outcome: PartOutcome };

const WIDTH = 80;

/** One part as text within 80 columns: a table per data set, then an explanation of the columns. */
export function resultsText({ part, outcome }: EvaluatedPart): string {
  const { findings, notes, details, missing, failures } = outcome;
  const datasets = [...new Set(findings.map(({ dataset }) => dataset))];
  return [
    '',
    heading(`${part.id} ${part.title}`),
    ...datasets.flatMap((dataset) => [
      '',
      ...wrapped(`${dataset}: ${notes.get(dataset) ?? ''}`),
      tableOf(findings.filter((finding) => finding.dataset === dataset)),
      ...(details.get(dataset) ?? []),
    ]),
    ...(findings.length > 0 ? ['', ...wrapped(part.legend)] : []),
    ...missing.map((line) => `missing: ${line}`),
    ...failures.flatMap((line) => wrapped(`FAILED: ${line}`)),
  ].join('\n');
}

function tableOf(findings: readonly Finding[]): string {
  const names = [
    ...new Set(findings.flatMap(({ baselines }) => baselines.map(({ name }) => name))),
  ];
  return textTable([
    ['', 'Purser', ...names, 'target', ''],
    ...findings.map((finding) => [
      `  ${finding.metric}`,
      figure(finding.value, finding.unit),
      ...names.map((name) => {
        const baseline = finding.baselines.find((item) => item.name === name);
        return baseline ? figure(baseline.value, finding.unit) : '';
      }),
      finding.target?.text ?? '',
      verdictOf(finding) ?? '',
    ]),
  ]);
}

/** A figure with its unit: `73.2`, `×1.24`. Omits percent signs. */
export function figure(value: number, unit: Finding['unit']): string {
  if (!Number.isFinite(value)) return '–';
  return unit === '×' ? `×${value.toFixed(2)}` : value.toFixed(1);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const heading = (text: string): string => `── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}`;
