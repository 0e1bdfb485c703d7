import {
  type Aggregate,
  type AggregateGranularity,
  endOfBucket,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import { DEFAULT_TIME_ZONE } from '../../domain/periods.ts';
import { type Dimension, isPartialDimension } from '../../domain/reporting/dimensions.ts';
import {
  type ReportGranularity,
  type ReportRange,
  type ReportSegment,
  segmentsOf,
} from '../../domain/reporting/report-range.ts';
import { sumsOfLocalDays } from '../../domain/reporting/local-days.ts';
import { untaggedOf } from '../../domain/reporting/untagged.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { invalidField } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'getDays'>;

export type AggregatesRequest = {
  organizationId: string;
  groupBy: Dimension;
  granularity: ReportGranularity;
  /** Whole hours. */
  range: ReportRange;
  /** Whose days `daily` has. Default: UTC. */
  timeZone?: string | undefined;
};

const MAX_AGGREGATES_READ = 200_000;
const CONCURRENT_READS = 8;

/**
 * Reads one dimension's aggregates over a range of whole hours: daily sums for whole days, hourly
 * sums at the edges and for days of other time zones. For a tag, includes the usage without any of its listed values.
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
  { organizationId, groupBy, granularity, range, timeZone = DEFAULT_TIME_ZONE }: AggregatesRequest,
): Promise<Aggregate[]> {
  const segments = segmentsOf(range);
  const needsHours = granularity === 'hourly' || (granularity === 'daily' && timeZone !== 'UTC');
  const byDay = segments.filter(({ whole }) => whole && !needsHours);
  const byHour = segments.filter((segment) => !byDay.includes(segment));
  const keep = (hours: Aggregate[]): Aggregate[] =>
    granularity === 'daily' ? sumsOfLocalDays(hours, range, timeZone) : hours;
  let read = 0;
  const list = async (
    kind: AggregateGranularity,
    day: string,
    kept: (page: Aggregate[]) => Aggregate[] = (page) => page,
  ): Promise<Aggregate[]> => {
    const most = MAX_AGGREGATES_READ - read;
    const page = await analytics.listDay(
      { organizationId, dimension: groupBy, granularity: kind, day },
      { most },
    );
    const sums = kept(page);
    read += sums.length;
    if (page.length > most || read > MAX_AGGREGATES_READ) {
      throw invalidField('from', `covers too many values of ${groupBy}; ask for fewer days`);
    }
    return sums;
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
  const hourly = await mapConcurrently(byHour, CONCURRENT_READS, (segment) =>
    list('hourly', segment.day, (hours) =>
      keep(hours.filter(({ bucket }) => liesIn(segment, bucket))),
    ),
  );
  // A day of another zone lies in two UTC days.
  return [...daily.flat(), ...keep(hourly.flat())];
}

const liesIn = ({ fromMs, toMs }: ReportSegment, bucket: string): boolean =>
  startOfBucket(bucket) >= fromMs && endOfBucket(bucket) <= toMs;
