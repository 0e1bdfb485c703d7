import type { Posting } from '../ledger/posting.ts';
import { type Aggregate, dayOf, latestOf, startOfBucket } from './aggregates.ts';
import { additionsOf } from './back-dating.ts';
import type { Dimension } from './dimensions.ts';
import { type Measure, MEASURES, type Measures } from './measures.ts';
import { type UsageShards, usageShardOf } from './usage-shards.ts';

/**
 * What a day's sum holds for one of its hours. Measures that are 0 are absent, except `requests`
 * once any posting is dated in that hour.
 */
export type HourMeasures = Readonly<Partial<Measures>>;
/** By hour of the UTC day, 0 to 23. */
export type HoursOfDay = ReadonlyMap<number, HourMeasures>;

/** Identifies the sum of one value on one UTC day, or one shard of it. */
export type DaySumKey = {
  organizationId: string;
  dimension: Dimension;
  value: string;
  /** `2026-11-21` */
  day: string;
  shard: number;
};

/** What one posting adds to one day's sum. */
export type DayAddition = DaySumKey & {
  posting: Posting;
  hours: HoursOfDay;
  latest: Pick<Aggregate, 'keyId' | 'departmentId' | 'spelling'>;
};

/** The key as text, for comparing keys. */
export const daySumText = ({ organizationId, dimension, value, day, shard }: DaySumKey): string =>
  JSON.stringify([organizationId, dimension, value, day, shard]);

/** Everything that a posting adds to stored sums, one addition for each sum. */
export function dayAdditionsOf(posting: Posting, shards: UsageShards): DayAddition[] {
  const hourly = additionsOf([posting]).filter(({ granularity }) => granularity === 'hourly');
  const datedDay = dayOf(posting.occurredAtMs);
  const additions = new Map<string, DayAddition & { hours: Map<number, HourMeasures> }>();
  for (const { organizationId, dimension, value, bucket, measures } of hourly) {
    const startMs = startOfBucket(bucket);
    const day = dayOf(startMs);
    const shard = usageShardOf(posting.postingId, shards(day));
    const key: DaySumKey = { organizationId, dimension, value, day, shard };
    const text = daySumText(key);
    const latest = latestOf({ dimension, granularity: 'daily' }, posting);
    const addition = additions.get(text) ?? { ...key, posting, latest, hours: new Map() };
    const isDated = day === datedDay && startMs <= posting.occurredAtMs;
    const isOwnHour = isDated && posting.occurredAtMs < startMs + 3_600_000;
    addition.hours.set(new Date(startMs).getUTCHours(), hourMeasuresOf(measures, isOwnHour));
    additions.set(text, addition);
  }
  return [...additions.values()];
}

/** The sum's hours with an addition. */
export function addHours(hours: HoursOfDay, added: HoursOfDay): HoursOfDay {
  const sums = new Map(hours);
  for (const [hour, measures] of added) sums.set(hour, addHour(sums.get(hour) ?? {}, measures));
  return sums;
}

function addHour(left: HourMeasures, right: HourMeasures): HourMeasures {
  const sum: Partial<Measures> = { ...left };
  for (const measure of MEASURES) {
    const added = right[measure];
    if (added !== undefined) sum[measure] = (sum[measure] ?? 0n) + added;
  }
  return sum;
}

/** @param isDated whether a posting is dated in the hour, even one whose measures are all 0 */
export function hourMeasuresOf(measures: Measures, isDated: boolean): HourMeasures {
  const isKept = (measure: Measure): boolean =>
    measures[measure] !== 0n || (isDated && measure === 'requests');
  return Object.fromEntries(MEASURES.filter(isKept).map((measure) => [measure, measures[measure]]));
}
