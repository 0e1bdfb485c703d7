import type { Posting } from '../../domain/ledger/posting.ts';
import {
  type Aggregate,
  dayOf,
  endOfBucket,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import { textHash } from '../../domain/text-hash.ts';
import { requestFactsOf, type UsageSample } from '../../domain/advice/usage-sample.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type SampleDeps = {
  usage: Pick<TokenUsageStore, 'listByOrganizationHour'>;
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours'>;
};

const CONCURRENT_READS = 4;
const PAGE = 500;
/** Enough hours to catch a job that runs one hour a day on every day of two weeks. */
const LEAST_HOURS = 24;

/**
 * Reads an organization's requests in a range, or a sample of about `maxRequests` (at most twice
 * that). Samples whole UTC hours, which keeps the time between requests intact, and picks them by
 * hash so that no hour of the day is favored. Reads hourly sums first and skips the records of
 * other hours. If a single hour has too many records, reads its newest.
 */
export async function sampleUsage(
  { usage, analytics }: SampleDeps,
  organizationId: string,
  { fromMs, toMs, maxRequests }: { fromMs: number; toMs: number; maxRequests: number },
): Promise<UsageSample> {
  const days = segmentsOf({ fromMs, toMs }).map(({ day }) => day);
  const active = await analytics.getDays(
    { organizationId, dimension: 'organization', value: organizationId },
    days,
  );
  const first = active[0]?.bucket;
  if (first === undefined) return { requests: [], days: 0, allRequests: 0n };
  const hours = (
    await mapConcurrently(active, CONCURRENT_READS, ({ bucket }) =>
      analytics.listHours(
        { organizationId, dimension: 'organization', value: organizationId },
        bucket,
      ),
    )
  )
    .flat()
    .filter(({ bucket }) => startOfBucket(bucket) < toMs && endOfBucket(bucket) > fromMs);
  const allRequests = hours.reduce((sum, { measures }) => sum + measures.requests, 0n);
  const share = Math.max(1, Number(allRequests) / maxRequests);
  const chosen = hours
    .toSorted((left, right) => rankOf(left) - rankOf(right))
    .slice(0, Math.max(LEAST_HOURS, Math.ceil(hours.length / share)));
  const mostPerHour = share === 1 ? Infinity : Math.ceil((2 * maxRequests) / chosen.length);

  const postings = await mapConcurrently(chosen, CONCURRENT_READS, async ({ bucket }) => {
    const sampledPostings: Posting[] = [];
    const pages = pagesAfter((after) =>
      usage.listByOrganizationHour(organizationId, bucket, {
        fromMs: Math.max(fromMs, startOfBucket(bucket)),
        toMs: Math.min(toMs, endOfBucket(bucket)),
        limit: Math.min(PAGE, mostPerHour - sampledPostings.length),
        after,
      }),
    );
    for await (const { records } of pages) {
      sampledPostings.push(...records);
      if (sampledPostings.length >= mostPerHour) break;
    }
    return sampledPostings;
  });
  const startMs = Math.max(fromMs, startOfBucket(first));
  return {
    requests: requestFactsOf(postings.flat()),
    days: Math.max(1, Math.ceil((toMs - startMs) / 86_400_000)),
    allRequests,
  };
}

const rankOf = ({ bucket }: Aggregate): number => textHash(`sample#${bucket}`);

/** The last complete UTC days before a given time. */
export function completeDays(days: number, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = startOfBucket(dayOf(nowMs));
  return { fromMs: toMs - days * 86_400_000, toMs };
}
