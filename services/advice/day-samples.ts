import { createDaySampler, type DaySample } from '../../domain/advice/day-sample.ts';
import { requestFactsOf } from '../../domain/advice/request-fact.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import {
  type Aggregate,
  dayOf,
  endOfBucket,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import { textHash } from '../../domain/text-hash.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import type { UsageSampleStore } from '../../tables/usage-samples.ts';

export type SampleDeps = {
  usage: Pick<TokenUsageStore, 'listByOrganizationHour'>;
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours'>;
  samples: UsageSampleStore;
};

type Days = {
  organizationId: string;
  /** UTC days (`2026-11-29`), oldest first, all of them over. */
  days: readonly string[];
  nowMs: number;
  /** About how many requests to read at most. */
  maxRequests: number;
};

/** At most about 230 kB compressed; an item may have 400 kB. */
export const KEPT_PER_DAY = 6_000;
const PAGE = 500;
const DAY_MS = 86_400_000;

/**
 * The samples of an organization's days. A day is read once and its sample kept; it is read again if
 * usage came in late or was corrected. If more is to be read than allowed, the newest days come first,
 * and of the last one only some hours are read, which is not kept.
 */
export async function daySamples(deps: SampleDeps, request: Days): Promise<DaySample[]> {
  const { organizationId, days, nowMs } = request;
  const subject = { organizationId, dimension: 'organization' as const, value: organizationId };
  const [sums, stored] = await Promise.all([
    deps.analytics.getDays(subject, days),
    deps.samples.getDays(organizationId, days),
  ]);
  const storedDays = new Map(stored.map((sample) => [sample.day, sample]));
  const samples: DaySample[] = [];
  let left = request.maxRequests;
  for (const sum of sums.toSorted((one, other) => (one.bucket < other.bucket ? 1 : -1))) {
    const kept = storedDays.get(sum.bucket);
    if (kept && isCurrent(kept, sum)) {
      samples.push(kept);
      continue;
    }
    if (left <= 0) continue;
    const sample = await readDay(deps, organizationId, sum, { mostRequests: left });
    left -= sample.readRequests;
    samples.push(sample);
    if (isWhole(sample) || request.maxRequests >= MOST_PER_DAY) {
      await deps.samples.put(organizationId, sample, nowMs);
    }
  }
  return samples.toReversed();
}

/** A day with more requests is read by the hour, some hours of it. */
export const MOST_PER_DAY = 100_000;

const isCurrent = (sample: DaySample, { measures }: Aggregate): boolean =>
  BigInt(sample.allRequests) === measures.requests &&
  sample.allCostNanoUsd === measures.costNanoUsd;

const isWhole = ({ readRequests, allRequests }: DaySample): boolean => readRequests >= allRequests;

/**
 * Reads one day, or its part until an instant. Hours are read in order of time, because a request is
 * kept with how long before it others came.
 */
export async function readDay(
  { usage, analytics }: Omit<SampleDeps, 'samples'>,
  organizationId: string,
  sum: Pick<Aggregate, 'bucket' | 'measures'>,
  { mostRequests }: { mostRequests: number },
): Promise<DaySample> {
  const day = sum.bucket;
  const subject = { organizationId, dimension: 'organization' as const, value: organizationId };
  const hours = await analytics.listHours(subject, day);
  const chosen = chosenHours(hours, Math.min(mostRequests, MOST_PER_DAY));
  const sampler = createDaySampler(KEPT_PER_DAY);
  for (const { bucket } of chosen) {
    const postings: Posting[] = [];
    const pages = pagesAfter((after) =>
      usage.listByOrganizationHour(organizationId, bucket, {
        fromMs: startOfBucket(bucket),
        toMs: endOfBucket(bucket),
        limit: PAGE,
        after,
      }),
    );
    for await (const { records } of pages) postings.push(...records);
    sampler.add(requestFactsOf(postings));
  }
  return {
    day,
    readRequests: requestsIn(chosen),
    allRequests: requestsIn(hours),
    allCostNanoUsd: sum.measures.costNanoUsd,
    routes: sampler.routes(),
  };
}

/** All hours, or as many of them, chosen by a hash, as hold so many requests; at least one. */
function chosenHours(hours: readonly Aggregate[], most: number): Aggregate[] {
  if (requestsIn(hours) <= most) return hours.toSorted(byBucket);
  const ranked = hours.toSorted((left, right) => rankOf(left) - rankOf(right));
  let count = 1;
  while (requestsIn(ranked.slice(0, count + 1)) <= most) count += 1;
  return ranked.slice(0, count).toSorted(byBucket);
}

const byBucket = (left: Aggregate, right: Aggregate): number =>
  left.bucket < right.bucket ? -1 : 1;

const rankOf = ({ bucket }: Aggregate): number => textHash(`sample#${bucket}`);

const requestsIn = (hours: readonly Aggregate[]): number =>
  Number(hours.reduce((sum, { measures }) => sum + measures.requests, 0n));

/** The last complete UTC days before an instant, oldest first. */
export const completeDays = (count: number, nowMs: number): string[] =>
  Array.from({ length: count }, (_, index) => dayOf(nowMs - (count - index) * DAY_MS));

/** The last complete UTC days, as a range of instants. */
export function lastDays(count: number, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = startOfBucket(dayOf(nowMs));
  return { fromMs: toMs - count * DAY_MS, toMs };
}
