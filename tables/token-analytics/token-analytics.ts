import {
  type Aggregate,
  type AggregateKey,
  aggregateKeyText,
  dayOf,
  quarterOf,
} from '../../domain/reporting/aggregates.ts';
import { watchedSpend } from '../../domain/controls/watched-spend.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { MEASURES, NOTHING } from '../../domain/reporting/measures.ts';
import { shardNumbers, type UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { DynamoDb, Item } from '../dynamodb.ts';
import {
  ALL_ORGANIZATIONS,
  changeKeyOf,
  dayOfBucket,
  isOfScope,
  keyOf,
  partitionOf,
} from './keys.ts';
import { readForCheck } from './checked-day.ts';
import { readDay, readPartition, sums } from './reading.ts';
import { isReported, placedSum, sumOf } from './stored-sums.ts';
import { tokenAnalyticsTable } from './table.ts';

export type TokenAnalyticsStore = ReturnType<typeof createTokenAnalyticsStore>;

/** @param shards in how many parts each day is stored */
export const createTokenAnalyticsStore = (db: DynamoDb, shards: UsageShards) => ({
  ...sums(db, shards),
  ...changes(db, shards),
  /** Whole sums, given their shards as the stream delivers them. */
  wholeSums: (parts: readonly Aggregate[]) => wholeSums(db, shards, parts),
  /** Everything that the sums of an organization's day say, strongly consistent. */
  readForCheck: (organizationId: string, day: string, dimensions: readonly Dimension[]) =>
    readForCheck(db, shards, { organizationId, day, dimensions }),
});

/** Which sums changed, and when. */
function changes(db: DynamoDb, shards: UsageShards) {
  return {
    /**
     * Marks a daily sum of a scope as changed, so that the scope is reviewed although it spent
     * nothing; a scope without spend that day gets an empty sum, because a limit that was changed
     * may free it.
     */
    async touch(
      organizationId: string,
      { scope, scopeId }: ScopeRef,
      nowMs: number,
    ): Promise<void> {
      const key: AggregateKey = {
        organizationId,
        dimension: scope,
        value: scopeId,
        granularity: 'daily',
        bucket: dayOf(nowMs),
      };
      await db.write({
        kind: 'update',
        table: tokenAnalyticsTable.name,
        key: keyOf(key),
        update: 'SET #touchedAtMs = :nowMs, #changedIn = :changedIn',
        names: { '#touchedAtMs': 'touchedAtMs', '#changedIn': 'changedIn' },
        values: { ':nowMs': nowMs, ':changedIn': changeKeyOf(key, quarterOf(nowMs)) },
      });
    },

    /** Organizations with any posting dated on the UTC day, in order of id. */
    listActiveOrganizations: (day: string): Promise<string[]> => totals(db, shards, day),

    /**
     * Organizations whose totals of these days changed in a quarter hour (`2026-11-21T06:15`) or
     * later.
     */
    async listChangedOrganizations(days: readonly string[], quarter: string): Promise<string[]> {
      const changedIn = `${ALL_ORGANIZATIONS}#${quarter}`;
      const lists = await Promise.all(days.map((day) => totals(db, shards, day, { changedIn })));
      return [...new Set(lists.flat())];
    },

    /**
     * Daily sums of an organization's scopes on these days that changed in a quarter hour or later.
     * Reads every sum of the dimensions on those days, which costs less than an index that each
     * first change of a quarter hour has to pay for.
     */
    async listChanged(
      organizationId: string,
      dimensions: readonly Dimension[],
      days: readonly string[],
      quarter: string,
    ): Promise<Aggregate[]> {
      const lists = await Promise.all(
        days.flatMap((day) =>
          dimensions.map((dimension) => {
            const changedIn = changeKeyOf({ organizationId, dimension }, quarter);
            const of = { organizationId, dimension, day };
            return readDay(db, shards, of, { since: { changedIn } });
          }),
        ),
      );
      const parts = lists.flat().flatMap((item) => aggregateOfItem(item) ?? []);
      return wholeSums(db, shards, parts);
    },
  };
}

/** The organizations' totals of a day; each shard of a total is an item. */
async function totals(
  db: DynamoDb,
  shards: UsageShards,
  day: string,
  since?: { changedIn: string },
): Promise<string[]> {
  const partition = {
    organizationId: '',
    dimension: 'organization',
    granularity: 'daily',
    day,
  } as const;
  const pages = await Promise.all(
    shardNumbers(shards(day)).map((shard) =>
      readPartition(db, partitionOf(partition, shard), undefined, since ? { since } : {}),
    ),
  );
  const organizations = pages.flat().flatMap((item) => {
    const sum = placedSum(item);
    return sum && (since || isReported(sum)) ? [sum.partition.organizationId] : [];
  });
  return [...new Set(organizations)].toSorted();
}

/** Whole sums, given some of their shards. */
async function wholeSums(
  db: DynamoDb,
  shards: UsageShards,
  parts: readonly Aggregate[],
): Promise<Aggregate[]> {
  if (parts.every(({ bucket }) => shards(dayOfBucket(bucket)) === 1)) return [...parts];
  const keys = new Map(parts.map((part) => [aggregateKeyText(part), part]));
  return sums(db, shards).getMany([...keys.values()]);
}

/** The aggregate in an item of the table or its stream. */
export function aggregateOfItem(item: Item | undefined): Aggregate | undefined {
  const sum = item && placedSum(item);
  return sum && sumOf(sum);
}

/** A scope's daily sum after a change. */
export type ChangedSum = {
  sum: Aggregate;
  /** Someone requested another evaluation of the scope. */
  isTouched: boolean;
  /** Levels see less spend than before, because some was taken back. */
  isLowered: boolean;
  /** Levels see more spend than before. */
  isRaised: boolean;
};

/** What a stream record changed in a scope's daily sum, or in one shard of it, if anything. */
export function changedSumOf(
  before: Item | undefined,
  after: Item | undefined,
): ChangedSum | undefined {
  const sum = aggregateOfItem(after);
  if (!sum || sum.granularity !== 'daily' || !isOfScope(sum)) return undefined;
  const was = aggregateOfItem(before)?.measures ?? NOTHING;
  const isTouched = before?.['touchedAtMs'] !== after?.['touchedAtMs'];
  const isChanged = MEASURES.some((measure) => was[measure] !== sum.measures[measure]);
  if (!isTouched && !isChanged) return undefined;
  const [earlier, now] = [watchedSpend(was), watchedSpend(sum.measures)];
  return { sum, isTouched, isLowered: now < earlier, isRaised: now > earlier };
}
