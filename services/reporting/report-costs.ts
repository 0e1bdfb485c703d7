import { type CostReport, costReportOf } from '../../domain/reporting/cost-report.ts';
import {
  boundsFault,
  hoursRequested,
  rangeFault,
  type ReportGranularity,
  type ReportRange,
  reportRangeOf,
  type RequestedRange,
  rowsFault,
} from '../../domain/reporting/report-range.ts';
import { invalidField } from '../errors.ts';
import { type AggregatesRequest, type Analytics, readAggregates } from './read-aggregates.ts';
import { requireListedDimension, type TagSettings } from '../require-listed-tag.ts';

export type ReportDeps = {
  analytics: Analytics;
  settings: TagSettings;
};

/**
 * Builds a cost report over whole hours from aggregates only: daily sums for whole days, hourly
 * sums at the edges and for days of other time zones. Its time grows with the range, not with the number of requests.
 * @throws ServiceError naming the field if the range or the report is too large, or the tag is not
 *   listed
 */
export async function reportCosts(
  { analytics, settings }: ReportDeps,
  frame: AggregatesRequest,
): Promise<CostReport> {
  const { organizationId, groupBy, granularity, range } = frame;
  const fault = rangeFault(range, granularity);
  if (fault) throw invalidField(fault.field, fault.message + hintFor(granularity, fault.field));
  await requireListedDimension(settings, organizationId, groupBy);
  const report = costReportOf(frame, await readAggregates(analytics, frame));
  const tooMany = rowsFault(report.rows.length, granularity);
  if (tooMany) throw invalidField(tooMany.field, tooMany.message);
  return report;
}

/**
 * The whole hours that a caller asks sums for.
 * @throws ServiceError naming the end that lies within an hour of the past, or that makes the range
 *   empty
 */
export function rangeOfSums(
  requested: RequestedRange,
  nowMs: number,
  timeZone: string,
): ReportRange {
  const fault = boundsFault(requested, nowMs);
  if (fault) throw invalidField(fault.field, fault.message);
  const exact = reportRangeOf(requested, nowMs, timeZone);
  const range = hoursRequested(requested, nowMs, timeZone);
  if (range.fromMs === range.toMs && exact.fromMs < exact.toMs) {
    const first = new Date(range.fromMs).toISOString();
    throw invalidField(
      'from',
      `begins within a UTC hour in ${timeZone}, and costs are kept by whole UTC hours; its first one begins at ${first}, so ask for a later to`,
    );
  }
  return range;
}

/** Files allow every granularity over the same range. */
const hintFor = (granularity: ReportGranularity, field: string): string =>
  granularity === 'hourly' && field === 'from'
    ? '; for more, export a file with POST /v1/reports/exports'
    : '';
