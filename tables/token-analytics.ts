import {
  type Aggregate,
  type AggregateGranularity,
  type AggregateKey,
  dayOf,
  startOfBucket,
} from '../domain/reporting/aggregates.ts';
import type { Dimension } from '../domain/reporting/dimensions.ts';
import { MEASURES, NOTHING } from '../domain/reporting/measures.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key, UpdateWrite } from './dynamodb.ts';
import { readMany } from './read-many.ts';

/**
 * Sums of the ledger's postings per UTC hour and day, written only together with the postings they
 * sum (tables/token-usage.ts). Access patterns: all values of one dimension in one day, or in the
 * hours of one day; one value over many days; many values in one hour; the organizations active in one day. A partition is
 * one organization's dimension in one day, and its sort key starts with the value, so that neither
 * time nor one busy value makes a partition that cannot be split. Totals of organizations share a
 * partition per day: that is how active ones are found without a scan.
 */
export const tokenAnalyticsTable = defineTable({
  name: 'token-analytics',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

const ALL_ORGANIZATIONS = '*';

/** The write that adds an aggregate's measures to what is stored. */
export function additionOf(aggregate: Aggregate): UpdateWrite {
  const added = MEASURES.filter((measure) => aggregate.measures[measure] !== 0n);
  // A posting of nothing at all still makes its aggregates exist.
  const measures = added.length > 0 ? added : (['requests'] as const);
  return {
    kind: 'update',
    table: tokenAnalyticsTable.name,
    key: keyOf(aggregate),
    update: `ADD ${measures.map((measure) => `#${measure} :${measure}`).join(', ')}`,
    names: Object.fromEntries(measures.map((measure) => [`#${measure}`, measure])),
    values: Object.fromEntries(
      measures.map((measure) => [`:${measure}`, aggregate.measures[measure]]),
    ),
  };
}

export type TokenAnalyticsStore = ReturnType<typeof createTokenAnalyticsStore>;

export function createTokenAnalyticsStore(db: DynamoDb) {
  /** All pages of one partition, or of one value's items in it. */
  async function readPartition(pk: string, ofValue?: { equals: boolean; text: string }) {
    const items: Item[] = [];
    let startKey: Key | undefined;
    do {
      const page = await db.query({
        table: tokenAnalyticsTable.name,
        condition: !ofValue
          ? 'pk = :pk'
          : `pk = :pk AND ${ofValue.equals ? 'sk = :sk' : 'begins_with(sk, :sk)'}`,
        values: { ':pk': pk, ...(ofValue ? { ':sk': ofValue.text } : {}) },
        startKey,
      });
      items.push(...page.items);
      startKey = page.nextKey;
    } while (startKey !== undefined);
    return items;
  }

  return {
    /** Aggregates of every value of a dimension in one UTC day, or in each hour of it. */
    async listDay(
      organizationId: string,
      dimension: Dimension,
      granularity: AggregateGranularity,
      day: string,
    ): Promise<Aggregate[]> {
      const partition = { organizationId, dimension, granularity, day };
      // Other organizations' totals lie in the same partition as this one's.
      const ofValue =
        dimension !== 'organization'
          ? undefined
          : granularity === 'daily'
            ? { equals: true, text: organizationId }
            : { equals: false, text: `${organizationId}#` };
      const items = await readPartition(partitionOf(partition), ofValue);
      return items.map((item) => parse(item, partition));
    },

    /** Hourly aggregates of one value in one UTC day. */
    async listHours(
      organizationId: string,
      dimension: Dimension,
      value: string,
      day: string,
    ): Promise<Aggregate[]> {
      const partition = { organizationId, dimension, granularity: 'hourly' as const, day };
      const items = await readPartition(partitionOf(partition), {
        equals: false,
        text: `${value}#`,
      });
      return items.map((item) => parse(item, partition));
    },

    /** Daily aggregates of one value on those of the days (`2026-11-21`) that have any. */
    async getDays(
      organizationId: string,
      dimension: Dimension,
      value: string,
      days: readonly string[],
    ): Promise<Aggregate[]> {
      const items = await readMany(
        db,
        tokenAnalyticsTable.name,
        days.map((day) =>
          keyOf({ organizationId, dimension, value, granularity: 'daily', bucket: day }),
        ),
      );
      return days.flatMap((day, position) => {
        const item = items[position];
        return item ? [parse(item, { organizationId, dimension, granularity: 'daily', day })] : [];
      });
    },

    /** Aggregates of the values that have any in one UTC hour (`2026-11-21T06`). */
    async getHours(
      organizationId: string,
      dimension: Dimension,
      values: readonly string[],
      hour: string,
    ): Promise<Aggregate[]> {
      const granularity = 'hourly' as const;
      const items = await readMany(
        db,
        tokenAnalyticsTable.name,
        values.map((value) =>
          keyOf({ organizationId, dimension, value, granularity, bucket: hour }),
        ),
      );
      const partition = { organizationId, dimension, granularity, day: hour.slice(0, 10) };
      return items.flatMap((item) => (item ? [parse(item, partition)] : []));
    },

    /** Organizations with any posting that occurred in the UTC day, in order of id. */
    async listActiveOrganizations(day: string): Promise<string[]> {
      const items = await readPartition(
        partitionOf({ organizationId: '', dimension: 'organization', granularity: 'daily', day }),
      );
      return items.map((item) => String(item['sk']));
    },
  };
}

type Partition = {
  organizationId: string;
  dimension: Dimension;
  granularity: AggregateGranularity;
  day: string;
};

function partitionOf({ organizationId, dimension, granularity, day }: Partition): string {
  const owner = dimension === 'organization' ? ALL_ORGANIZATIONS : organizationId;
  return [owner, granularity, dimension, day].join('#');
}

function keyOf(key: AggregateKey): { pk: string; sk: string } {
  const day = dayOf(startOfBucket(key.bucket));
  return {
    pk: partitionOf({ ...key, day }),
    sk: key.granularity === 'daily' ? key.value : `${key.value}#${key.bucket.slice(11)}`,
  };
}

function parse(item: Item, { day, ...partition }: Partition): Aggregate {
  const [value = '', hour] = String(item['sk']).split('#');
  const measures = { ...NOTHING };
  for (const measure of MEASURES) measures[measure] = (item[measure] ?? 0n) as bigint;
  return { ...partition, value, bucket: hour === undefined ? day : `${day}T${hour}`, measures };
}
