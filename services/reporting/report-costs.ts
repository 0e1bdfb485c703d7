import { type CostReport, costReportOf } from '../../domain/reporting/cost-report.ts';
import {
  boundsFault,
  coveringRange,
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
 * sums at the edges. Its time grows with the range, not with the number of requests.
 * @throws ServiceError naming the field if the range or the report is too large, or the tag is not
 *   listed
 */
export async function reportCosts(
  { analytics, settings }: ReportDeps,
  { organizationId, groupBy, granularity, range }: AggregatesRequest,
): Promise<CostReport> {
  const covering = coveringRange(range);
  const fault = rangeFault(covering, granularity);
  if (fault) throw invalidField(fault.field, fault.message + hintFor(granularity, fault.field));
  await requireListedDimension(settings, organizationId, groupBy);
  const frame = { organizationId, groupBy, granularity, range: covering };
  const report = costReportOf(frame, await readAggregates(analytics, frame));
  const tooMany = rowsFault(report.rows.length, granularity);
  if (tooMany) throw invalidField(tooMany.field, tooMany.message);
  return report;
}

/**
 * The range that a caller asks sums for.
 * @throws ServiceError naming the end that lies within an hour of the past
 */
export function rangeOfSums(requested: RequestedRange, nowMs: number): ReportRange {
  const fault = boundsFault(requested, nowMs);
  if (fault) throw invalidField(fault.field, fault.message);
  return reportRangeOf(requested, nowMs);
}

/** Files allow every granularity over the same range. */
const hintFor = (granularity: ReportGranularity, field: string): string =>
  granularity === 'hourly' && field === 'from'
    ? '; for more, export a file with POST /v1/reports/exports'
    : '';
