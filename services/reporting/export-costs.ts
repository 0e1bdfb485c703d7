import { costReportViewOf } from '../../contracts/reports.ts';
import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import { type CostReport, costReportOf } from '../../domain/reporting/cost-report.ts';
import { csvHeader, csvRows } from '../../domain/reporting/csv.ts';
import { chargeOfRow } from '../../domain/reporting/focus-charge.ts';
import { focusHeader, focusLine } from '../../domain/reporting/focus.ts';
import { addMeasures, type Measures, NOTHING } from '../../domain/reporting/measures.ts';
import type { ExportFormat } from '../../domain/reporting/report-export.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import { type AggregatesRequest, type Analytics, readAggregates } from './read-aggregates.ts';

/** A piece of a file, with what its rows are and cost; `daysRead` of the range so far. */
export type FilePart = { text: string; rows: number; costNanoUsd: bigint; daysRead: number };

/**
 * The file of a cost report, day by day, so that it may be larger than memory. With `total`, the sums
 * of one period by every value of the dimension are held, and written when all days are read.
 * @throws ProblemError naming `from` where one day holds too much
 */
export async function* exportCosts(
  analytics: Analytics,
  frame: AggregatesRequest,
  format: ExportFormat,
): AsyncGenerator<FilePart> {
  const writing = WRITINGS[format](frame);
  yield { text: writing.head, rows: 0, costNanoUsd: 0n, daysRead: 0 };
  let total = NOTHING;
  let rows = 0;
  let daysRead = 0;
  for await (const { report, days } of pagesOf(analytics, frame)) {
    daysRead = days;
    total = addMeasures(total, report.total);
    const text = report.rows.length === 0 ? '' : writing.rows(report, rows === 0);
    rows += report.rows.length;
    const costNanoUsd = report.total.costNanoUsd;
    yield { text, rows: report.rows.length, costNanoUsd, daysRead };
  }
  yield { text: writing.tail(total), rows: 0, costNanoUsd: 0n, daysRead };
}

type Page = { report: CostReport; days: number };

async function* pagesOf(analytics: Analytics, frame: AggregatesRequest): AsyncGenerator<Page> {
  const sums = new Map<string, Aggregate>();
  let days = 0;
  for (const range of segmentsOf(frame.range)) {
    const aggregates = await readAggregates(analytics, { ...frame, range });
    days += 1;
    if (frame.granularity !== 'total') {
      yield { report: costReportOf({ ...frame, range }, aggregates), days };
      continue;
    }
    for (const aggregate of aggregates) {
      const sum = sums.get(aggregate.value);
      const measures = sum ? addMeasures(sum.measures, aggregate.measures) : aggregate.measures;
      sums.set(aggregate.value, { ...aggregate, measures });
    }
    yield { report: costReportOf(frame, []), days };
  }
  yield { report: costReportOf(frame, [...sums.values()]), days };
}

type Writing = {
  head: string;
  rows: (page: CostReport, isFirst: boolean) => string;
  tail: (total: Measures) => string;
};

const WRITINGS: Record<ExportFormat, (frame: AggregatesRequest) => Writing> = {
  csv: ({ groupBy }) => ({
    head: csvHeader(groupBy),
    rows: (page) => csvRows(page.rows),
    tail: () => '',
  }),
  focus: () => ({
    head: focusHeader(),
    rows: (page) => page.rows.map((row) => focusLine(chargeOfRow(row, page))).join(''),
    tail: () => '',
  }),
  json: (frame) => ({
    head: '{"groups":[',
    rows: (page, isFirst) => {
      const { groups } = viewOf(page);
      return (isFirst ? '' : ',') + groups.map((group) => JSON.stringify(group)).join(',');
    },
    tail: (total) => {
      const { groups: _, ...rest } = viewOf({ ...frame, rows: [], total });
      return `],${JSON.stringify(rest).slice(1)}`;
    },
  }),
};

const viewOf = (report: CostReport) =>
  costReportViewOf(report, report.groupBy === 'organization' ? 'total' : report.groupBy);
