import {
  type Aggregate,
  AGGREGATE_GRANULARITIES,
  type AggregateKey,
  dayOf,
  quarterOf,
} from '../../domain/reporting/aggregates.ts';
import { watchedSpend } from '../../domain/controls/watched-spend.ts';
import { isDimension, UNASSIGNED } from '../../domain/reporting/dimensions.ts';
import { MEASURES, NOTHING } from '../../domain/reporting/measures.ts';
import { type ScopeRef, SCOPES } from '../../domain/scopes.ts';
import { money, optional, orElse, text } from '../codec/attributes.ts';
import { eachOf } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { defineTable } from '../definition.ts';
import type { DynamoDb, Item } from '../dynamodb.ts';
import { queryAll } from '../query-all.ts';
import { readMany } from '../read-many.ts';
import {
  ALL_ORGANIZATIONS,
  changeKeyOf,
  keyOf,
  type AggregateSubject,
  keyTextOf,
  type Partition,
  partitionOf,
  valueOfKeyText,
} from './keys.ts';

/**
 * Sums of the ledger's postings per UTC hour and day, written only together with the postings they
 * sum (tables/token-usage.ts). Access patterns: all values of one dimension in one day, or in its
 * hours; one value over many days; any sums by key; the organizations active in one day; the daily
 * sums of scopes that changed in a quarter of an hour (their index key changes once a quarter, so that
 * the index costs a busy sum nothing more). A
 * partition is one organization's dimension in one day, and its sort key starts with the value, so
 * that neither time nor one busy value makes a partition that cannot be split. Totals of all
 * organizations share one per day, and one per quarter in the index: so active ones are found.
 */
export const tokenAnalyticsTable = defineTable({
  name: 'token-analytics',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'byChange',
      partitionKey: { name: 'changedIn', type: 'S' },
      sortKey: { name: 'pk', type: 'S' },
      projection: 'KEYS_ONLY',
    },
  ],
  stream: true,
});

/** Sums of one value in one hour or day; a measure that nothing was added to is absent. */
export const sumCodec = itemCodec(tokenAnalyticsTable, 'sum', {
  pk: text,
  sk: text,
  ...eachOf(MEASURES, orElse(money, 0n)),
  keyId: optional(text),
  spelling: optional(text),
});

/** A daily sum of a scope, which thresholds are compared with. */
export const isOfScope = ({ granularity, dimension, value }: AggregateKey): boolean =>
  granularity === 'daily' && value !== UNASSIGNED && SCOPES.some((scope) => scope === dimension);

export type TokenAnalyticsStore = ReturnType<typeof createTokenAnalyticsStore>;

export const createTokenAnalyticsStore = (db: DynamoDb) => ({
  ...sums(db),
  ...changes(db),
});

/** Sums of usage by day and hour. */
function sums(db: DynamoDb) {
  return {
    /**
     * Aggregates of every value of a dimension in one UTC day, or in each hour of it. If there are
     * more than `most`, only some of them, but more than `most`. Sums that only levels know something of
     * (`backDatedNanoUsd`) are left out unless they are asked for.
     */
    async listDay(
      partition: Partition,
      options: { consistent?: boolean; most?: number; backDated?: boolean } = {},
    ): Promise<Aggregate[]> {
      const { organizationId, dimension, granularity } = partition;
      // Other organizations' totals lie in the same partition as this one's.
      const ofValue =
        dimension !== 'organization'
          ? undefined
          : granularity === 'daily'
            ? { equals: true, text: organizationId }
            : { equals: false, text: `${organizationId}#` };
      const items = await readPartition(db, partitionOf(partition), ofValue, options);
      return reported(items, options).map((item) => parse(item, partition));
    },

    /** Hourly aggregates of one value in one UTC day. */
    async listHours(
      { organizationId, dimension, value }: AggregateSubject,
      day: string,
      options: { consistent?: boolean } = {},
    ): Promise<Aggregate[]> {
      const partition = { organizationId, dimension, granularity: 'hourly' as const, day };
      const ofValue = { equals: false, text: `${keyTextOf(value)}#` };
      const items = await readPartition(db, partitionOf(partition), ofValue, options);
      return reported(items).map((item) => parse(item, partition));
    },

    /** Daily aggregates of one value on those of the days (`2026-11-21`) that have any. */
    async getDays(
      { organizationId, dimension, value }: AggregateSubject,
      days: readonly string[],
      options: { consistent?: boolean; backDated?: boolean } = {},
    ): Promise<Aggregate[]> {
      const keys = days.map((day) =>
        keyOf({ organizationId, dimension, value, granularity: 'daily', bucket: day }),
      );
      const items = await readMany(db, tokenAnalyticsTable.name, keys, options);
      return days.flatMap((day, position) => {
        const [item] = reported([items[position] ?? {}], options);
        return item ? [parse(item, { organizationId, dimension, granularity: 'daily', day })] : [];
      });
    },

    /** Those of the aggregates that exist, in the order asked for. */
    async getMany(keys: readonly AggregateKey[]): Promise<Aggregate[]> {
      const items = await readMany(db, tokenAnalyticsTable.name, keys.map(keyOf));
      return items.flatMap((item) => aggregateOfItem(item) ?? []);
    },
  };
}

/** Which sums changed, and when. */
function changes(db: DynamoDb) {
  async function readChanged(changedIn: string): Promise<AggregateKey[]> {
    const items = await queryAll(db, {
      table: tokenAnalyticsTable.name,
      index: 'byChange',
      condition: 'changedIn = :changedIn',
      values: { ':changedIn': changedIn },
    });
    return items.flatMap((item) => aggregateOfItem(item) ?? []);
  }

  return {
    /**
     * Lets a daily sum of a scope count as changed, so that the scope is looked at again although it
     * spent nothing. A scope that spent nothing that day stays as it is.
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
        condition: 'attribute_exists(pk)',
        names: { '#touchedAtMs': 'touchedAtMs', '#changedIn': 'changedIn' },
        values: { ':nowMs': nowMs, ':changedIn': changeKeyOf(key, quarterOf(nowMs)) },
      });
    },

    /** Organizations with any posting that occurred in the UTC day, in order of id. */
    async listActiveOrganizations(day: string): Promise<string[]> {
      const items = await readPartition(
        db,
        partitionOf({ organizationId: '', dimension: 'organization', granularity: 'daily', day }),
      );
      return items.map((item) => sumCodec.decode(item).sk);
    },

    /** Organizations with a posting recorded in a quarter of an hour and in none since. */
    async listChangedOrganizations(quarter: string): Promise<string[]> {
      const changed = await readChanged(`${ALL_ORGANIZATIONS}#${quarter}`);
      return [...new Set(changed.map(({ organizationId }) => organizationId))];
    },

    /**
     * Daily sums of an organization's scopes that changed in a quarter of an hour and in none since.
     * Read several quarters oldest first, because a sum may move on in the meantime.
     */
    listChanged: (organizationId: string, quarter: string): Promise<AggregateKey[]> =>
      readChanged(`${organizationId}#${quarter}`),
  };
}

/** The aggregate that an item of the table, or of its stream, holds. */
export function aggregateOfItem(item: Item | undefined): Aggregate | undefined {
  if (!item) return undefined;
  const { pk, sk } = sumCodec.decode(item);
  const [owner = '', granularityName, dimension, day = ''] = pk.split('#');
  const [organization = ''] = sk.split('#');
  const granularity = AGGREGATE_GRANULARITIES.find((name) => name === granularityName);
  if (granularity === undefined || !isDimension(dimension)) return undefined;
  const organizationId = owner === ALL_ORGANIZATIONS ? organization : owner;
  return parse(item, { organizationId, granularity, dimension, day });
}

/** A daily sum of a scope as a change left it. */
export type ChangedSum = {
  sum: Aggregate;
  /** Somebody asked to look at the scope again. */
  isTouched: boolean;
  /** Levels see less in it than before: spend was taken back. */
  isLowered: boolean;
};

/** What a change of an item, read from the stream, changed in the daily sum of a scope, if anything. */
export function changedSumOf(
  before: Item | undefined,
  after: Item | undefined,
): ChangedSum | undefined {
  const sum = aggregateOfItem(after);
  if (!sum || !isOfScope(sum)) return undefined;
  const isTouched = before?.['touchedAtMs'] !== after?.['touchedAtMs'];
  const isChanged = MEASURES.some((measure) => (before?.[measure] ?? 0n) !== sum.measures[measure]);
  if (!isTouched && !isChanged) return undefined;
  const was = aggregateOfItem(before)?.measures ?? NOTHING;
  return { sum, isTouched, isLowered: watchedSpend(sum.measures) < watchedSpend(was) };
}

/** Items that hold more than what levels add to the time of booking. */
const reported = (
  items: readonly Item[],
  { backDated = false }: { backDated?: boolean } = {},
): Item[] =>
  items.filter((item) =>
    MEASURES.some(
      (measure) => item[measure] !== undefined && (backDated || measure !== 'backDatedNanoUsd'),
    ),
  );

function parse(item: Item, { day, ...partition }: Partition): Aggregate {
  const { pk: _, sk, keyId, spelling, ...measures } = sumCodec.decode(item);
  const [value = '', hour] = sk.split('#');
  return {
    ...partition,
    value: valueOfKeyText(value),
    bucket: hour === undefined ? day : `${day}T${hour}`,
    measures,
    ...(keyId === undefined ? {} : { keyId }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

/** One partition, or one value's items in it, to its end or until more than `most` are read. */
function readPartition(
  db: DynamoDb,
  pk: string,
  ofValue?: { equals: boolean; text: string },
  { consistent = false, most = Infinity }: { consistent?: boolean; most?: number } = {},
) {
  const condition = !ofValue
    ? 'pk = :pk'
    : `pk = :pk AND ${ofValue.equals ? 'sk = :sk' : 'begins_with(sk, :sk)'}`;
  const values = { ':pk': pk, ...(ofValue ? { ':sk': ofValue.text } : {}) };
  const query = { table: tokenAnalyticsTable.name, condition, values, consistent };
  return queryAll(db, query, most + 1);
}
