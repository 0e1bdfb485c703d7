import {
  type Aggregate,
  type AggregateGranularity,
  endOfBucket,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import { type Dimension, isPartialDimension } from '../../domain/reporting/dimensions.ts';
import {
  type ReportGranularity,
  type ReportRange,
  type ReportSegment,
  segmentsOf,
} from '../../domain/reporting/report-range.ts';
import { untaggedOf } from '../../domain/reporting/untagged.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { invalidField } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'getDays'>;

export type AggregatesRequest = {
  organizationId: string;
  groupBy: Dimension;
  granularity: ReportGranularity;
  range: ReportRange;
};

const MAX_AGGREGATES_READ = 200_000;
const CONCURRENT_READS = 8;

/**
 * Reads one dimension's aggregates over a range of whole hours: daily sums for whole days, hourly
 * sums at the edges. For a tag, includes the usage without any of its listed values.
 * @throws ServiceError naming `from` if there are too many to hold in memory
 */
export async function readAggregates(
  analytics: Analytics,
  request: AggregatesRequest,
): Promise<Aggregate[]> {
  const { groupBy } = request;
  const aggregates = await readDimension(analytics, request);
  if (!isPartialDimension(groupBy)) return aggregates;
  // Read last, so that the total includes everything posted in the meantime.
  const totals = await readDimension(analytics, { ...request, groupBy: 'organization' });
  return [...aggregates, ...untaggedOf(groupBy, totals, aggregates)];
}

async function readDimension(
  analytics: Analytics,
  { organizationId, groupBy, granularity, range }: AggregatesRequest,
): Promise<Aggregate[]> {
  const segments = segmentsOf(range);
  const byDay = segments.filter(({ whole }) => whole && granularity !== 'hourly');
  const byHour = segments.filter((segment) => !byDay.includes(segment));
  let read = 0;
  const list = async (kind: AggregateGranularity, day: string): Promise<Aggregate[]> => {
    const most = MAX_AGGREGATES_READ - read;
    const page = await analytics.listDay(
      { organizationId, dimension: groupBy, granularity: kind, day },
      { most },
    );
    read += page.length;
    if (read > MAX_AGGREGATES_READ) {
      throw invalidField('from', `covers too many values of ${groupBy}; ask for fewer days`);
    }
    return page;
  };
  const days = byDay.map(({ day }) => day);
  const daily =
    groupBy === 'organization'
      ? [
          await analytics.getDays(
            { organizationId, dimension: 'organization', value: organizationId },
            days,
          ),
        ]
      : await mapConcurrently(days, CONCURRENT_READS, (day) => list('daily', day));
  const hourly = await mapConcurrently(byHour, CONCURRENT_READS, async (segment) => {
    const hours = await list('hourly', segment.day);
    return hours.filter(({ bucket }) => liesIn(segment, bucket));
  });
  return [...daily.flat(), ...hourly.flat()];
}

const liesIn = ({ fromMs, toMs }: ReportSegment, bucket: string): boolean =>
  startOfBucket(bucket) >= fromMs && endOfBucket(bucket) <= toMs;
