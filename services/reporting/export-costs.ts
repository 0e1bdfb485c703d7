import { costReportViewOf } from '../../contracts/reports.ts';
import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import { type CostReport, costReportOf } from '../../domain/reporting/cost-report.ts';
import { csvHeader, csvRows } from '../../domain/reporting/csv.ts';
import { addMeasures, type Measures, NOTHING } from '../../domain/reporting/measures.ts';
import type { ExportFormat } from '../../domain/reporting/report-export.ts';
import { localDaysOf, type ReportRange, segmentsOf } from '../../domain/reporting/report-range.ts';
import type { NameReader } from '../display-names.ts';
import { namedReport } from './named-report.ts';
import { type AggregatesRequest, type Analytics, readAggregates } from './read-aggregates.ts';

/**
 * A piece of a file, with the number and cost of its rows; `rest` is the range not read by its end.
 */
export type FilePart = { text: string; rows: number; costNanoUsd: bigint; rest: ReportRange };

export type ExportCostsDeps = { analytics: Analytics; displayNames: NameReader };

/** FOCUS is only for single records. */
type SumsFormat = Exclude<ExportFormat, 'focus'>;

/**
 * Writes a cost report day by day, so it may exceed memory. With `total`, accumulates the sums of
 * one period per dimension value and writes them after all days are read. Otherwise stops after the
 * day in which time runs out, and its last part contains the remaining range.
 * @throws ServiceError naming `from` if one day holds too much
 */
export async function* exportCosts(
  { analytics, displayNames }: ExportCostsDeps,
  frame: AggregatesRequest,
  format: SumsFormat,
  isTimeUp: () => boolean,
): AsyncGenerator<FilePart> {
  const { fromMs, toMs } = frame.range;
  const writing = WRITINGS[format];
  let total = NOTHING;
  let rows = 0;
  let rest: ReportRange = frame.range;
  yield { text: writing.head(frame), rows: 0, costNanoUsd: 0n, rest };
  for await (const { report: page, readToMs } of pagesOf(analytics, frame)) {
    const report = await namedReport(displayNames, page);
    rest = { fromMs: readToMs, toMs };
    total = addMeasures(total, report.total);
    const text = report.rows.length === 0 ? '' : writing.rows(report, rows === 0);
    rows += report.rows.length;
    const costNanoUsd = report.total.costNanoUsd;
    yield { text, rows: report.rows.length, costNanoUsd, rest };
    if (frame.granularity !== 'total' && isTimeUp()) break;
  }
  const range = { fromMs, toMs: rest.fromMs };
  yield { text: writing.tail({ ...frame, range }, total), rows: 0, costNanoUsd: 0n, rest };
}

type Page = { report: CostReport; readToMs: number };

async function* pagesOf(analytics: Analytics, frame: AggregatesRequest): AsyncGenerator<Page> {
  const sums = new Map<string, Aggregate>();
  const { range: whole, granularity, timeZone } = frame;
  const days = granularity === 'daily' ? localDaysOf(whole, timeZone) : segmentsOf(whole);
  for (const range of days) {
    const aggregates = await readAggregates(analytics, { ...frame, range });
    const readToMs = range.toMs;
    if (granularity !== 'total') {
      yield { report: costReportOf({ ...frame, range }, aggregates), readToMs };
      continue;
    }
    for (const aggregate of aggregates) {
      const sum = sums.get(aggregate.value);
      const measures = sum ? addMeasures(sum.measures, aggregate.measures) : aggregate.measures;
      sums.set(aggregate.value, { ...aggregate, measures });
    }
    yield { report: costReportOf(frame, []), readToMs };
  }
  if (sums.size > 0) {
    const report = costReportOf(frame, [...sums.values()]);
    yield { report, readToMs: frame.range.toMs };
  }
}

type Writing = {
  head: (frame: AggregatesRequest) => string;
  rows: (page: CostReport, isFirst: boolean) => string;
  /** `frame` has the range that was written. */
  tail: (frame: AggregatesRequest, total: Measures) => string;
};

const WRITINGS: Record<SumsFormat, Writing> = {
  csv: {
    head: ({ groupBy }) => csvHeader(groupBy),
    rows: (page) => csvRows(page),
    tail: () => '',
  },
  json: {
    head: () => '{"groups":[',
    rows: (page, isFirst) => {
      const { groups } = costReportViewOf(page);
      return (isFirst ? '' : ',') + groups.map((group) => JSON.stringify(group)).join(',');
    },
    tail: (frame, total) => {
      const { groups: _, ...facts } = costReportViewOf({ ...frame, rows: [], total });
      return `],${JSON.stringify(facts).slice(1)}`;
    },
  },
};
