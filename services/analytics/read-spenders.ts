import {
  baselineDays,
  type Bill,
  isUsualSpender,
  RECENT_DAYS,
  recentDays,
  type Spender,
  SPENDER_DIMENSIONS,
  type SpenderDimension,
  type SpentDay,
} from '../../domain/anomalies/new-spender.ts';
import {
  type FallenSpender,
  fallenAsRisen,
  replaces,
  type SpenderFacts,
  type SpenderUse,
  usesOf,
} from '../../domain/anomalies/spender-use.ts';
import { addDays } from '../../domain/periods.ts';
import { endOfBucket, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { listUsage, type UsageListDeps } from '../reporting/list-usage.ts';

export type SpenderReadDeps = UsageListDeps & {
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listDay' | 'listHours'>;
};

/** What a spender did on a day. */
export type SpenderSum = Spender & SpentDay & { requests: bigint };

/** A dimension with more values in a day takes too long to read, and is left out. */
const MOST_VALUES = 5_000;
/** Requests that show what a spender uses. */
const MOST_RECORDS = 500;
/** Spenders of the week before that are compared with a new one. */
const MOST_FALLEN = 3;
const CONCURRENT_READS = 4;

/** What every spender of an organization did on a UTC day. */
export async function sumsOfDay(
  { analytics }: SpenderReadDeps,
  organizationId: string,
  day: string,
  dimensions: readonly SpenderDimension[] = SPENDER_DIMENSIONS,
): Promise<SpenderSum[]> {
  const lists = await mapConcurrently(dimensions, CONCURRENT_READS, async (dimension) => {
    const partition = { organizationId, dimension, granularity: 'daily', day } as const;
    const sums = await analytics.listDay(partition, { most: MOST_VALUES });
    if (sums.length > MOST_VALUES) return [];
    return sums.map(({ value, measures: { costNanoUsd, requests } }) => ({
      dimension,
      value,
      day,
      costNanoUsd,
      requests,
    }));
  });
  return lists.flat();
}

/** What a spender, or the organization, cost on those of the UTC days on which it cost anything. */
export async function spentOn(
  { analytics }: SpenderReadDeps,
  organizationId: string,
  { dimension, value }: { dimension: Dimension; value: string },
  days: readonly string[],
): Promise<SpentDay[]> {
  const sums = await analytics.getDays({ organizationId, dimension, value }, days);
  return sums.map(({ bucket, measures }) => ({ day: bucket, costNanoUsd: measures.costNanoUsd }));
}

/**
 * The days of a spender if it is new, through the judged one. Reads the last week of the baseline
 * first, because that tells nearly all usual spenders.
 * @returns `undefined` for a usual spender
 */
export async function daysOfNewSpender(
  deps: SpenderReadDeps,
  organizationId: string,
  spender: Spender,
  bill: Bill,
): Promise<SpentDay[] | undefined> {
  const baseline = baselineDays(bill.day);
  const read = (days: readonly string[]) => spentOn(deps, organizationId, spender, days);
  const lastWeek = await read(baseline.slice(-RECENT_DAYS));
  if (isUsualSpender(lastWeek, bill)) return undefined;
  const before = await read(baseline.slice(0, -RECENT_DAYS));
  if (isUsualSpender([...before, ...lastWeek], bill)) return undefined;
  return read(recentDays(bill.day));
}

/** A spender's day with what it uses most. */
export const factsOf = async (
  deps: SpenderReadDeps,
  organizationId: string,
  sum: SpenderSum,
): Promise<SpenderFacts> => ({ ...sum, uses: await usesOn(deps, organizationId, sum, sum.day) });

/** Whom a new spender replaces, if anybody did the same on the same weekday a week before. */
export async function replacedBy(
  deps: SpenderReadDeps,
  organizationId: string,
  facts: SpenderFacts,
  sums: readonly SpenderSum[],
): Promise<string | undefined> {
  const { dimension } = facts;
  const today = new Map(
    sums.filter((sum) => sum.dimension === dimension).map((sum) => [sum.value, sum]),
  );
  const day = addDays(sums[0]?.day ?? '', -RECENT_DAYS);
  const earlier = await sumsOfDay(deps, organizationId, day, [dimension]);
  const others = earlier.map(({ value, requests }): FallenSpender => {
    const now = today.get(value)?.requests ?? 0n;
    return { dimension, value, before: requests, now };
  });
  for (const fallen of fallenAsRisen(facts, others).slice(0, MOST_FALLEN)) {
    const uses = await usesOn(deps, organizationId, fallen, day);
    if (replaces(dimension, facts.uses, uses)) return fallen.value;
  }
  return undefined;
}

/** What a spender used most, by its newest requests in the hour of the day that cost most. */
async function usesOn(
  deps: SpenderReadDeps,
  organizationId: string,
  { dimension, value }: Spender,
  day: string,
): Promise<SpenderUse[]> {
  const hours = await deps.analytics.listHours({ organizationId, dimension, value }, day);
  const [dearest] = hours.toSorted((left, right) =>
    left.measures.costNanoUsd < right.measures.costNanoUsd ? 1 : -1,
  );
  if (!dearest) return [];
  const { records } = await listUsage(deps, organizationId, {
    filter: { [FILTERS[dimension]]: value },
    fromMs: startOfBucket(dearest.bucket),
    toMs: endOfBucket(dearest.bucket),
    limit: MOST_RECORDS,
  });
  return usesOf(records, dimension);
}

const FILTERS = {
  user: 'userId',
  department: 'departmentId',
  system: 'system',
  model: 'model',
} as const satisfies Record<SpenderDimension, string>;
