import { money, number, orElse, text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, UpdateWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * Cached analytics results, which expire, and the counters that invalidate them. Access patterns:
 * an organization's counters of late changes; one result; hits and misses by day. One partition per
 * organization is enough, because results are small and few.
 */
export const analyticsCacheTable = defineTable({
  name: 'analytics-cache',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  timeToLiveAttribute: 'ttl',
});

/** The sums a result is based on: whole days or whole hours. */
export type Sums = 'days' | 'hours';

/** How many times sums of past days or past hours have changed. */
export type LateChanges = Record<Sums, bigint>;

export type CacheCounts = { hits: number; misses: number };

export const lateChangesCodec = itemCodec(analyticsCacheTable, 'late changes', {
  days: orElse(money, 0n),
  hours: orElse(money, 0n),
});
export const resultCodec = itemCodec(analyticsCacheTable, 'result', { state: text, result: text });
export const countsCodec = itemCodec(analyticsCacheTable, 'counts', {
  hits: orElse(number, 0),
  misses: orElse(number, 0),
});

const CHANGES = 'changes';
const RESULT_DAYS = 2;
const COUNTS_DAYS = 31;

export type AnalyticsCacheStore = ReturnType<typeof createAnalyticsCacheStore>;

export const createAnalyticsCacheStore = (db: DynamoDb) => ({
  ...changesAndResults(db),
  ...hitCounts(db),
});

/** Cached results, and the changes that invalidate them. */
function changesAndResults(db: DynamoDb) {
  const { name: table } = analyticsCacheTable;
  return {
    async lateChanges(organizationId: string): Promise<LateChanges> {
      const item = await db.get({
        table,
        key: { pk: organizationId, sk: CHANGES },
        consistent: true,
      });
      return lateChangesCodec.decode(item ?? {});
    },

    /** Invalidates an organization's results that are based on these sums. */
    async countLateChange(organizationId: string, sums: readonly Sums[]): Promise<void> {
      await db.write(addition(organizationId, CHANGES, sums));
    },

    /** The write that invalidates all of an organization's results. */
    invalidation: (organizationId: string): UpdateWrite =>
      addition(organizationId, CHANGES, ['days', 'hours']),

    /** A result as JSON, if its sums have not changed since. */
    async get(organizationId: string, key: string, state: string): Promise<string | undefined> {
      const item = await db.get({ table, key: { pk: organizationId, sk: `result#${key}` } });
      const stored = item && resultCodec.decode(item);
      return stored?.state === state ? stored.result : undefined;
    },

    async put(
      organizationId: string,
      key: string,
      { state, result, atMs }: { state: string; result: string; atMs: number },
    ): Promise<void> {
      await db.write({
        kind: 'put',
        table,
        item: {
          pk: organizationId,
          sk: `result#${key}`,
          ...resultCodec.encode({ state, result }),
          ttl: secondsAfter(atMs, RESULT_DAYS),
        },
      });
    },
  };
}

/** Hit rate of the cache. */
function hitCounts(db: DynamoDb) {
  const { name: table } = analyticsCacheTable;
  return {
    /** Counts a query on a UTC day (`2026-11-21`) as a hit or a miss. */
    async count(
      organizationId: string,
      day: string,
      which: keyof CacheCounts,
      atMs: number,
    ): Promise<void> {
      await db.write(
        addition(organizationId, `counts#${day}`, [which], secondsAfter(atMs, COUNTS_DAYS)),
      );
    },

    /** Hits and misses for UTC days `from` to `to`. */
    async counts(organizationId: string, from: string, to: string): Promise<CacheCounts> {
      const items = await queryAll(db, {
        table,
        condition: 'pk = :pk AND sk BETWEEN :from AND :to',
        values: { ':pk': organizationId, ':from': `counts#${from}`, ':to': `counts#${to}` },
      });
      const counts = items.map((item) => countsCodec.decode(item));
      return {
        hits: counts.reduce((sum, { hits }) => sum + hits, 0),
        misses: counts.reduce((sum, { misses }) => sum + misses, 0),
      };
    },
  };
}

const addition = (pk: string, sk: string, names: readonly string[], ttl?: number): UpdateWrite => ({
  kind: 'update',
  table: analyticsCacheTable.name,
  key: { pk, sk },
  update: `ADD ${names.map((name) => `#${name} :one`).join(', ')}${ttl === undefined ? '' : ' SET #ttl = :ttl'}`,
  names: {
    ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(ttl === undefined ? {} : { '#ttl': 'ttl' }),
  },
  values: { ':one': 1n, ...(ttl === undefined ? {} : { ':ttl': ttl }) },
});
