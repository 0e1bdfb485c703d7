import { invalidField } from '../../contracts/problem.ts';
import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import { endOfBucket, startOfBucket } from '../../domain/reporting/aggregates.ts';
import { type CostReport, costReportOf } from '../../domain/reporting/cost-report.ts';
import { type Dimension, isTagDimension, tagNameOf } from '../../domain/reporting/dimensions.ts';
import {
  coveringRange,
  rangeFault,
  type ReportGranularity,
  type ReportRange,
  type ReportSegment,
  segmentsOf,
} from '../../domain/reporting/report-range.ts';
import { untaggedOf } from '../../domain/reporting/untagged.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';

type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'getDays'>;
export type ReportDeps = {
  analytics: Analytics;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
};

export type CostReportRequest = {
  organizationId: string;
  groupBy: Dimension;
  granularity: ReportGranularity;
  range: ReportRange;
};

/** Keeps an answer below the size that a function may return, and its time below the API's. */
export const MAX_REPORT_ROWS = 10_000;
const MAX_AGGREGATES_READ = 200_000;
const CONCURRENT_READS = 8;

/**
 * The cost report of a range in whole hours, from aggregates alone: whole days from daily sums, the
 * hours at the edges from hourly ones, so that the time taken grows with the range and not with the
 * number of requests.
 * @throws ProblemError naming the field when the range or the report is too large, or the tag is not
 *   listed
 */
export async function reportCosts(
  { analytics, settings }: ReportDeps,
  { organizationId, groupBy, granularity, range }: CostReportRequest,
): Promise<CostReport> {
  const covering = coveringRange(range);
  const fault = rangeFault(covering, granularity);
  if (fault) throw invalidField(fault.field, fault.message);
  if (isTagDimension(groupBy)) {
    const listed = await settings.listedTags(organizationId);
    if (!listed.includes(tagNameOf(groupBy))) {
      throw invalidField('groupBy', `the tag is not listed (${listed.join(', ') || 'none is'})`);
    }
  }
  const frame = { organizationId, groupBy, granularity, range: covering };
  const report = costReportOf(frame, await readAggregates(analytics, frame));
  if (report.rows.length > MAX_REPORT_ROWS) {
    throw invalidField(
      granularity === 'total' ? 'groupBy' : 'granularity',
      `makes ${report.rows.length} rows, of at most ${MAX_REPORT_ROWS}: ask for less`,
    );
  }
  return report;
}

async function readAggregates(
  analytics: Analytics,
  request: CostReportRequest,
): Promise<Aggregate[]> {
  const { groupBy } = request;
  const aggregates = await readDimension(analytics, request);
  if (!isTagDimension(groupBy)) return aggregates;
  // Read last: what is posted meanwhile is in the total, and nothing is counted that is not.
  const totals = await readDimension(analytics, { ...request, groupBy: 'organization' });
  return [...aggregates, ...untaggedOf(groupBy, totals, aggregates)];
}

async function readDimension(
  analytics: Analytics,
  { organizationId, groupBy, granularity, range }: CostReportRequest,
): Promise<Aggregate[]> {
  const segments = segmentsOf(range);
  const byDay = segments.filter(({ whole }) => whole && granularity !== 'hourly');
  const byHour = segments.filter((segment) => !byDay.includes(segment));
  let read = 0;
  const counted = async (reading: Promise<Aggregate[]>): Promise<Aggregate[]> => {
    const aggregates = await reading;
    read += aggregates.length;
    if (read > MAX_AGGREGATES_READ) {
      throw invalidField('from', `the range holds too many of ${groupBy}: ask for fewer days`);
    }
    return aggregates;
  };
  const days = byDay.map(({ day }) => day);
  const daily =
    groupBy === 'organization'
      ? [await analytics.getDays(organizationId, 'organization', organizationId, days)]
      : await mapConcurrently(days, CONCURRENT_READS, (day) =>
          counted(analytics.listDay(organizationId, groupBy, 'daily', day)),
        );
  const hourly = await mapConcurrently(byHour, CONCURRENT_READS, async (segment) => {
    const { day } = segment;
    const hours = await counted(analytics.listDay(organizationId, groupBy, 'hourly', day));
    return hours.filter(({ bucket }) => liesIn(segment, bucket));
  });
  return [...daily.flat(), ...hourly.flat()];
}

const liesIn = ({ fromMs, toMs }: ReportSegment, bucket: string): boolean =>
  startOfBucket(bucket) >= fromMs && endOfBucket(bucket) <= toMs;
