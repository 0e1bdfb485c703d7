import { formatUsd } from '../money.ts';
import { DEFAULT_TIME_ZONE } from '../periods.ts';
import type { CostReport, CostReportRow } from './cost-report.ts';
import type { Dimension } from './dimensions.ts';

/** One line of RFC 4180, ending with CRLF; `null` is an empty field. */
export const csvLine = (fields: readonly (string | bigint | null)[]): string =>
  `${fields.map((field) => quoted(field === null ? '' : String(field))).join(',')}\r\n`;

type Page = Pick<CostReport, 'rows' | 'timeZone'>;
type Value = (row: CostReportRow, page: Page) => string | bigint | null;

const COLUMNS: [name: string, valueOf: Value][] = [
  ['periodStart', (row) => new Date(row.periodStartMs).toISOString()],
  ['periodEnd', (row) => new Date(row.periodEndMs).toISOString()],
  ['key', (row) => row.key],
  ['costUsd', (row) => formatUsd(row.measures.costNanoUsd)],
  ['requests', (row) => row.measures.requests],
  ['inputTokens', (row) => row.measures.inputTokens],
  ['outputTokens', (row) => row.measures.outputTokens],
  ['cacheReadTokens', (row) => row.measures.cacheReadTokens],
  ['cacheWriteTokens', (row) => row.measures.cacheWriteTokens],
  ['presumedCostUsd', (row) => formatUsd(row.measures.presumedCostNanoUsd)],
  ['correctedCostUsd', (row) => formatUsd(row.measures.correctedCostNanoUsd)],
  ['disputedUsd', (row) => formatUsd(row.measures.disputedNanoUsd)],
  ['expectedCostUsd', (row) => formatUsd(row.measures.expectedCostNanoUsd)],
  ['reservedUsd', (row) => formatUsd(row.measures.reservedNanoUsd)],
  ['deviatingRequests', (row) => row.measures.deviatingRequests],
  ['savedUsd', (row) => formatUsd(row.measures.savedNanoUsd)],
  ['lostCacheUsd', (row) => formatUsd(row.measures.lostCacheNanoUsd)],
  ['displayName', (row) => row.displayName ?? null],
  ['timeZone', (_, { timeZone = DEFAULT_TIME_ZONE }) => timeZone],
];

/** The report as CSV. */
export const csvOf = (report: CostReport): string => csvHeader(report.groupBy) + csvRows(report);

/** The header line. The column `key` is named after the grouping. */
export const csvHeader = (groupBy: Dimension): string =>
  csvLine(COLUMNS.map(([name]) => (name === 'key' ? groupBy : name)));

/** One line per row. */
export const csvRows = (page: Page): string =>
  page.rows.map((row) => csvLine(COLUMNS.map(([, valueOf]) => valueOf(row, page)))).join('');

/** Tags as JSON, by name: a table keeps no order, and two files of one month should be the same. */
export const tagsText = (tags: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(tags).toSorted(([one], [two]) => (one < two ? -1 : 1))),
  );

/** Tells spreadsheets that a file is UTF-8. Without it, Excel reads names that are not ASCII wrong. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** What spreadsheets run: after spaces too, and full-width as some of them read it (CWE-1236). */
const FORMULA = /^(?:[\s\p{C}]*[=+@\u2212-]|[\t\r\n])/u;
const NUMBER = /^-[0-9.]+$/;

/** Whether a spreadsheet would run a text as a formula. NFKC gives `=` for its full-width forms. */
const isFormula = (text: string): boolean =>
  FORMULA.test(text.normalize('NFKC')) && !NUMBER.test(text);

/** Puts an apostrophe before text that a spreadsheet would run as a formula. Numbers need none. */
const quoted = (field: string): string => {
  const text = isFormula(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
