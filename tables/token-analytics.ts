import {
  type Aggregate,
  type AggregateGranularity,
  type AggregateKey,
  dayOf,
  startOfBucket,
} from '../domain/reporting/aggregates.ts';
import type { Dimension } from '../domain/reporting/dimensions.ts';
import { addMeasures, MEASURES, type Measures, NOTHING } from '../domain/reporting/measures.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key, UpdateWrite } from './dynamodb.ts';

/**
 * Sums of the ledger's postings per UTC hour and day, written only together with the postings they
 * sum (tables/token-usage.ts). Access patterns: all values of one dimension in one day, or in the
 * hours of one day; one value over many days; the organizations active in one day. A partition is
 * one organization's dimension in one day, and its sort key starts with the value, so that neither
 * time nor one busy value makes a partition that cannot be split. Totals of organizations share a
 * partition per day: that is how active ones are found without a scan.
 */
export const tokenAnalyticsTable = defineTable({
  name: 'token-analytics',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

const MAX_KEYS_PER_READ = 100;
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
  /** All pages of one partition; `prefix` limits it to sort keys that start so. */
  async function readPartition(pk: string, prefix?: string): Promise<Item[]> {
    const items: Item[] = [];
    let startKey: Key | undefined;
    do {
      const page = await db.query({
        table: tokenAnalyticsTable.name,
        condition: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        values: { ':pk': pk, ...(prefix === undefined ? {} : { ':prefix': prefix }) },
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
      const items = await readPartition(
        partitionOf(partition),
        // Other organizations' totals lie in the same partition.
        dimension === 'organization' && granularity === 'hourly' ? `${organizationId}#` : undefined,
      );
      return items
        .map((item) => parse(item, partition))
        .filter(({ value }) => dimension !== 'organization' || value === organizationId);
    },

    /** Daily aggregates of one value on those of the days (`2026-11-21`) that have any. */
    async getDays(
      organizationId: string,
      dimension: Dimension,
      value: string,
      days: readonly string[],
    ): Promise<Aggregate[]> {
      const aggregates: Aggregate[] = [];
      for (let first = 0; first < days.length; first += MAX_KEYS_PER_READ) {
        const some = days.slice(first, first + MAX_KEYS_PER_READ);
        const items = await db.batchGet(
          some.map((day) => ({
            table: tokenAnalyticsTable.name,
            key: keyOf({ organizationId, dimension, value, granularity: 'daily', bucket: day }),
          })),
        );
        some.forEach((day, position) => {
          const item = items[position];
          const partition = { organizationId, dimension, granularity: 'daily' as const, day };
          if (item) aggregates.push(parse(item, partition));
        });
      }
      return aggregates;
    },

    /** What one value cost and used over the days together. */
    async sumDays(
      organizationId: string,
      dimension: Dimension,
      value: string,
      days: readonly string[],
    ): Promise<Measures> {
      const aggregates = await this.getDays(organizationId, dimension, value, days);
      return aggregates.map(({ measures }) => measures).reduce(addMeasures, NOTHING);
    },

    /** Organizations with any posting that occurred in the UTC day, in order of id. */
    async listActiveOrganizations(day: string): Promise<string[]> {
      const partition = {
        organizationId: '',
        dimension: 'organization',
        granularity: 'daily',
        day,
      };
      const items = await readPartition(partitionOf(partition as Partition));
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
  const measures = Object.fromEntries(
    MEASURES.map((measure) => [measure, BigInt((item[measure] ?? 0n) as bigint)]),
  ) as Measures;
  return { ...partition, value, bucket: hour === undefined ? day : `${day}T${hour}`, measures };
}
