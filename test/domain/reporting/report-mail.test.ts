import { expect, test } from 'vitest';
import { costReportOf } from '../../../domain/reporting/cost-report.ts';
import { NOTHING } from '../../../domain/reporting/measures.ts';
import { reportMailOf } from '../../../domain/reporting/report-mail.ts';
import { DEPLOYMENT } from '../../support/alerts.ts';

test.each([
  [22_176_000n, '0.02'],
  [1_234_567_890_000n, '1,234.57'],
  [9_999_000n, '0.01'],
  [4_215_000n, '0.00422'],
  [4_215n, '0.00000422'],
  [0n, '0.00'],
  [-3_550_000_000n, '-3.55'],
])('%d nano-dollars are mailed as %s USD', (costNanoUsd, shown) => {
  const { subject, text } = mailOf(costNanoUsd, 'one');
  expect(subject).toContain(`acme spent ${shown} USD on 1970-01-01`);
  expect(text).toMatch(new RegExp(`^  ${RegExp.escape(shown)}  [# ]{30}  one$`, 'm'));
});

test('what a report names is no link in its mail', () => {
  const { text, html } = mailOf(50_000n, 'https://evil.example/<x>');
  const link = /:\/\/|evil\.example/u;
  expect(text).not.toMatch(link);
  expect(html).not.toMatch(link);
  expect(html).toContain('&lt;x&gt;');
});

test.each([10, 11, 25])('the rows of a mail add up to its total, with %i of them', (count) => {
  const { text, html } = mailOfRows(
    Array.from({ length: count }, (_, row): [string, bigint] => [
      `model-${row}`,
      BigInt(row + 1) * 1_000_000_000n,
    ]),
  );
  const table = text.split('\nBy model, USD\n')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').map((row) => row.trim().split(/\s{2,}(?:#+\s{2,})?/));
  expect(rows).toHaveLength(Math.min(count, 11));
  const dollars = rows.map(([amount]) => Number(amount));
  expect(dollars.reduce((sum, amount) => sum + amount, 0)).toBe((count * (count + 1)) / 2);
  expect(rows.map(([, name]) => name).filter((name) => name?.endsWith('others'))).toEqual(
    count > 10 ? [`${count - 10} others`] : [],
  );
  for (const [amount] of rows) expect(html).toContain(`>${amount}</td>`);
});

const mailOf = (costNanoUsd: bigint, value: string) => mailOfRows([[value, costNanoUsd]]);

function mailOfRows(rows: readonly [value: string, costNanoUsd: bigint][]) {
  const report = costReportOf(
    {
      organizationId: 'acme',
      groupBy: 'model',
      granularity: 'total',
      range: { fromMs: 0, toMs: 86_400_000 },
    },
    rows.map(([value, costNanoUsd]) => ({
      organizationId: 'acme',
      dimension: 'model',
      granularity: 'daily',
      value,
      bucket: '1970-01-01',
      measures: { ...NOTHING, costNanoUsd },
    })),
  );
  return reportMailOf(
    {
      organization: 'acme',
      subscription: {
        name: 'daily',
        report: 'costs',
        frequency: 'daily',
        timeZone: 'UTC',
        hour: 7,
        to: ['ops@example.com'],
        groupBy: 'model',
      },
      period: report.range,
      report,
      beforeNanoUsd: 0n,
      series: [],
    },
    DEPLOYMENT,
  );
}
