import {
  type Aggregate,
  type AggregateKey,
  aggregateKeyText,
} from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { shardNumbers, type UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { DynamoDb, Item, Key } from '../dynamodb.ts';
import { queryAll } from '../query-all.ts';
import { readMany } from '../read-many.ts';
import {
  type AggregateSubject,
  dayOfBucket,
  keyOf,
  keyTextOf,
  olderHourKeyOf,
  type Partition,
  partitionOf,
} from './keys.ts';
import {
  hoursOf,
  isOfOlderCode,
  isReported,
  merged,
  placedSum,
  type PlacedSum,
  sumOf,
} from './stored-sums.ts';
import { tokenAnalyticsTable } from './table.ts';

const table = tokenAnalyticsTable.name;

type ReadOptions = { consistent?: boolean; backDated?: boolean };
type Day = Omit<Partition, 'granularity'>;
/** Restricts a partition to one value, or to the items whose sort key starts with a text. */
type Range = { equals: boolean; text: string };
/** Only items that changed in a quarter hour or later. */
type Since = { changedIn: string };

type PartitionOptions = {
  consistent?: boolean;
  most?: number;
  /** How much an item counts toward `most`. */
  countOf?: ((item: Item) => number) | undefined;
  since?: Since;
};

/** Reads sums by day and hour. Adds up the shards of each. */
export function sums(db: DynamoDb, shards: UsageShards) {
  return {
    /**
     * Aggregates of every value of a dimension on one UTC day, or in each of its hours. If there
     * are more than `most`, returns only some of them, but more than `most`. Leaves out sums that
     * contain only `backDatedNanoUsd`, which only levels use, unless requested.
     */
    async listDay(
      { granularity, ...day }: Partition,
      { most = Infinity, ...options }: ReadOptions & { most?: number } = {},
    ): Promise<Aggregate[]> {
      const isHourly = granularity === 'hourly';
      const countOf = isHourly ? (item: Item) => hoursOf(placed(item)).length : undefined;
      const items = await readDay(db, shards, day, { ...options, most, countOf });
      const parts = placedIn(items);
      if (isHourly) return hoursIn(db, shards, { day, parts }, options);
      return added(shards(day.day) > 1, reportedIn(parts, options));
    },

    /** Hourly aggregates of one value on one UTC day. */
    listHours: (subject: AggregateSubject, day: string, options: ReadOptions = {}) =>
      getHours(db, shards, { subject, days: [day] }, options),

    /** Hourly aggregates of one value on UTC days, in no order. */
    getHours: (subject: AggregateSubject, days: readonly string[], options: ReadOptions = {}) =>
      getHours(db, shards, { subject, days }, options),

    /** Daily aggregates of one value on those of the days (`2026-11-21`) that have any. */
    async getDays(
      subject: AggregateSubject,
      days: readonly string[],
      options: ReadOptions = {},
    ): Promise<Aggregate[]> {
      const keys = days.flatMap((bucket) => {
        const key: AggregateKey = { ...subject, granularity: 'daily', bucket };
        return shardNumbers(shards(bucket)).map((shard) => keyOf(key, shard));
      });
      const parts = reportedIn(placedIn(await readMany(db, table, keys, options)), options);
      return [...Map.groupBy(parts, ({ bucket }) => bucket).values()].flatMap(merged);
    },

    /** The aggregates that exist, in the order requested. */
    getMany: (keys: readonly AggregateKey[]): Promise<Aggregate[]> => getMany(db, shards, keys),
  };
}

async function getHours(
  db: DynamoDb,
  shards: UsageShards,
  { subject, days }: { subject: AggregateSubject; days: readonly string[] },
  options: ReadOptions,
): Promise<Aggregate[]> {
  const { value, ...of } = subject;
  const keys = days.flatMap((bucket) => {
    const key: AggregateKey = { ...subject, granularity: 'daily', bucket };
    return shardNumbers(shards(bucket)).map((shard) => keyOf(key, shard));
  });
  const parts = placedIn(await readMany(db, table, keys, options));
  const byDay = Map.groupBy(parts, ({ partition }) => partition.day);
  const hours = await Promise.all(
    [...byDay].map(([day, ofDay]) =>
      hoursIn(db, shards, { day: { ...of, day }, parts: ofDay, value }, options),
    ),
  );
  return hours.flat();
}

async function getMany(
  db: DynamoDb,
  shards: UsageShards,
  keys: readonly AggregateKey[],
): Promise<Aggregate[]> {
  const byDay = new Map<string, Key>();
  for (const key of keys) {
    for (const shard of shardNumbers(shards(dayOfBucket(key.bucket)))) {
      const { pk, sk } = keyOf(key, shard);
      byDay.set(`${pk} ${sk}`, { pk, sk });
    }
  }
  const days = placedIn(await readMany(db, table, [...byDay.values()]));
  const parts = days.map(sumOf);
  const hourly = keys.filter(({ granularity }) => granularity === 'hourly');
  if (hourly.length > 0) {
    parts.push(...days.flatMap((sum) => hoursOf(sum, { backDated: true })));
    const older = new Set(days.filter(isOfOlderCode).map(({ stored }) => stored.sk));
    const olderKeys = hourly.filter(({ value }) => older.has(keyTextOf(value)));
    const hours = await readMany(db, table, olderKeys.map(olderHourKeyOf));
    parts.push(...placedIn(hours).map(sumOf));
  }
  const byKey = new Map(merged(parts).map((sum) => [aggregateKeyText(sum), sum]));
  return keys.flatMap((key) => byKey.get(aggregateKeyText(key)) ?? []);
}

/** The items of one dimension's day, or those that changed lately. */
export async function readDay(
  db: DynamoDb,
  shards: UsageShards,
  { organizationId, dimension, day }: Day,
  options: PartitionOptions = {},
): Promise<Item[]> {
  const partition = { organizationId, dimension, granularity: 'daily', day } as const;
  const pages = await Promise.all(
    shardNumbers(shards(day)).map((shard) =>
      readPartition(db, partitionOf(partition, shard), ownIn(organizationId, dimension), options),
    ),
  );
  return pages.flat();
}

/** The totals of other organizations are in the same partition. */
const ownIn = (organizationId: string, dimension: Dimension): Range | undefined =>
  dimension === 'organization' ? { equals: true, text: organizationId } : undefined;

/** Hours in items of days, and those that older code stored. */
async function hoursIn(
  db: DynamoDb,
  shards: UsageShards,
  { day, parts, value }: { day: Day; parts: readonly PlacedSum[]; value?: string },
  options: ReadOptions,
): Promise<Aggregate[]> {
  const hours = parts.flatMap((sum) => hoursOf(sum, options));
  const older = parts.some(isOfOlderCode) ? await olderHours(db, day, options, value) : [];
  return added(older.length > 0 || shards(day.day) > 1, [...hours, ...older]);
}

/** The sums of hours that older code stored as items of their own. */
export async function olderHours(
  db: DynamoDb,
  { organizationId, dimension, day }: Day,
  options: ReadOptions,
  value = dimension === 'organization' ? organizationId : undefined,
): Promise<Aggregate[]> {
  const pk = partitionOf({ organizationId, dimension, granularity: 'hourly', day });
  const range = value === undefined ? undefined : { equals: false, text: `${keyTextOf(value)}#` };
  return reportedIn(placedIn(await readPartition(db, pk, range, options)), options);
}

const placedIn = (items: readonly (Item | undefined)[]): PlacedSum[] =>
  items.flatMap((item) => (item ? [placed(item)] : []));

const reportedIn = (parts: readonly PlacedSum[], options: ReadOptions): Aggregate[] =>
  parts.filter((sum) => isReported(sum, options)).map(sumOf);

const added = (mayOverlap: boolean, parts: Aggregate[]): Aggregate[] =>
  mayOverlap ? merged(parts) : parts;

/** Items that were read by a known partition always have a place. */
function placed(item: Item): PlacedSum {
  const sum = placedSum(item);
  if (!sum) throw new Error(`token-analytics has an item that is no sum: ${String(item['pk'])}`);
  return sum;
}

/** Reads one partition, or one value's items in it, to the end or until it has more than `most`. */
export function readPartition(
  db: DynamoDb,
  pk: string,
  range?: Range,
  { consistent = false, most = Infinity, countOf, since }: PartitionOptions = {},
): Promise<Item[]> {
  const condition = !range
    ? 'pk = :pk'
    : `pk = :pk AND ${range.equals ? 'sk = :sk' : 'begins_with(sk, :sk)'}`;
  const query = {
    table,
    condition,
    ...(since ? { filter: 'changedIn >= :changedIn' } : {}),
    values: {
      ':pk': pk,
      ...(range ? { ':sk': range.text } : {}),
      ...(since ? { ':changedIn': since.changedIn } : {}),
    },
    consistent,
  };
  return queryAll(db, query, most + 1, countOf);
}
