import {
  type Aggregate,
  AGGREGATE_GRANULARITIES,
  type AggregateKey,
  dayOf,
  quarterOf,
} from '../../domain/reporting/aggregates.ts';
import { watchedSpend } from '../../domain/controls/watched-spend.ts';
import { isDimension } from '../../domain/reporting/dimensions.ts';
import { MEASURES, NOTHING } from '../../domain/reporting/measures.ts';
import { isScope, isScopeId, type ScopeRef } from '../../domain/scopes.ts';
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
 * Sums of the ledger's postings per UTC hour and day, written only together with those postings
 * (tables/token-usage.ts). Access patterns: all values of one dimension on one day, or in its
 * hours; one value over many days; any sums by key; the organizations active on one day; the daily
 * sums of scopes that changed in a quarter hour (their index key changes once a quarter, so the
 * index adds nothing more to the cost of a busy sum). A partition is one organization's dimension
 * on one day. Its sort key starts with the value, so neither time nor a busy value creates a
 * partition that cannot be split. Totals of all organizations share one partition per day, and one
 * per quarter in the index, which is how active ones are found.
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
  timeToLiveAttribute: 'expiresAtS',
});

/** Sums of one value in one hour or day. Measures that are still 0 are absent. */
export const sumCodec = itemCodec(tokenAnalyticsTable, 'sum', {
  pk: text,
  sk: text,
  ...eachOf(MEASURES, orElse(money, 0n)),
  keyId: optional(text),
  departmentId: optional(text),
  spelling: optional(text),
});

/** Whether it is a scope's daily sum, which thresholds are compared with. */
export const isOfScope = ({ granularity, dimension, value }: AggregateKey): boolean =>
  granularity === 'daily' && isScope(dimension) && isScopeId(value);

export type TokenAnalyticsStore = ReturnType<typeof createTokenAnalyticsStore>;

export const createTokenAnalyticsStore = (db: DynamoDb) => ({
  ...sums(db),
  ...changes(db),
});

/** Sums of usage by day and hour. */
function sums(db: DynamoDb) {
  return {
    /**
     * Aggregates of every value of a dimension on one UTC day, or in each of its hours. If there
     * are more than `most`, returns only some of them, but more than `most`. Leaves out sums that
     * contain only `backDatedNanoUsd`, which only levels use, unless requested.
     */
    async listDay(
      partition: Partition,
      options: { consistent?: boolean; most?: number; backDated?: boolean } = {},
    ): Promise<Aggregate[]> {
      const { organizationId, dimension, granularity } = partition;
      // The totals of other organizations are in the same partition.
      const ofValue =
        dimension !== 'organization'
          ? undefined
          : granularity === 'daily'
            ? { equals: true, text: organizationId }
            : { equals: false, text: `${organizationId}#` };
      const items = await readPartition(db, partitionOf(partition), ofValue, options);
      return reported(items, options).map((item) => parse(item, partition));
    },

    /** Hourly aggregates of one value on one UTC day. */
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

    /** The aggregates that exist, in the order requested. */
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
    async listActiveOrganizations(day: string): Promise<string[]> {
      const items = await readPartition(
        db,
        partitionOf({ organizationId: '', dimension: 'organization', granularity: 'daily', day }),
      );
      return reported(items).map((item) => sumCodec.decode(item).sk);
    },

    /** Organizations whose latest posting was recorded in this quarter hour. */
    async listChangedOrganizations(quarter: string): Promise<string[]> {
      const changed = await readChanged(`${ALL_ORGANIZATIONS}#${quarter}`);
      return [...new Set(changed.map(({ organizationId }) => organizationId))];
    },

    /**
     * Daily sums of an organization's scopes that last changed in this quarter hour. Read several
     * quarters oldest first, because a sum may move to a later one in the meantime.
     */
    listChanged: (organizationId: string, quarter: string): Promise<AggregateKey[]> =>
      readChanged(`${organizationId}#${quarter}`),
  };
}

/** The aggregate in an item of the table or its stream. */
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

/** A scope's daily sum after a change. */
export type ChangedSum = {
  sum: Aggregate;
  /** Someone requested another evaluation of the scope. */
  isTouched: boolean;
  /** Levels see less spend than before, because some was taken back. */
  isLowered: boolean;
};

/** What a stream record changed in a scope's daily sum, if anything. */
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

/** Items that contain more than the correction for the time of booking. */
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
  const { pk: _, sk, keyId, departmentId, spelling, ...measures } = sumCodec.decode(item);
  const [value = '', hour] = sk.split('#');
  return {
    ...partition,
    value: valueOfKeyText(value),
    bucket: hour === undefined ? day : `${day}T${hour}`,
    measures,
    ...(keyId === undefined ? {} : { keyId }),
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

/** Reads one partition, or one value's items in it, to the end or until it has more than `most`. */
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
