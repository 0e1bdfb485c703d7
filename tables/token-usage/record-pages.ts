import type { Posting } from '../../domain/ledger/posting.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { shardNumbers, type UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { DynamoDb, Query } from '../dynamodb.ts';
import { positionOf } from '../posting-position.ts';
import { pagesOf } from '../query-all.ts';
import {
  billingKeyOf,
  recordKeyAt,
  shardText,
  tokenUsageTable,
  usageRecordCodec,
} from './table.ts';

export type UsageFilter = {
  userId?: string | undefined;
  departmentId?: string | undefined;
  system?: string | undefined;
  model?: string | undefined;
  operation?: string | undefined;
  sessionId?: string | undefined;
};

/** `after` is the position of the last record seen; records are sorted newest first. */
export type UsagePageRequest = {
  fromMs: number;
  toMs: number;
  limit: number;
  /** Only for an organization's hours, because indexes do not support consistent reads. */
  consistent?: boolean;
  after?: string | undefined;
  filter?: UsageFilter | undefined;
};

/** `next` is where to continue; absent at the end. A filtered page can be short or empty. */
export type UsagePage = { records: Posting[]; next?: string | undefined };

const DAY_MS = 86_400_000;

/** Records, page by page. Each page is read from every shard of its days. */
export function recordPages(db: DynamoDb, shards: UsageShards) {
  return {
    /** An organization's records for one UTC hour (`2026-11-21T06`), newest first. */
    async listByOrganizationHour(
      organizationId: string,
      hour: string,
      page: UsagePageRequest,
    ): Promise<UsagePage> {
      const pages = await Promise.all(
        shardNumbers(shards(hour.slice(0, 10))).map((shard) => {
          const pk = shardText(`${organizationId}#${hour}`, shard);
          const startKey = page.after === undefined ? undefined : { pk, sk: page.after };
          return readShard(db, { name: 'pk', value: pk }, page, startKey);
        }),
      );
      return mergedPage(pages, page.limit);
    },

    /** A user's records for a time range, newest first. */
    async listByUser(
      organizationId: string,
      userId: string,
      page: UsagePageRequest,
    ): Promise<UsagePage> {
      const pages = await Promise.all(
        shardsBetween(shards, page).map((shard) => {
          const userKey = shardText(`${organizationId}#${userId}`, shard);
          const startKey =
            page.after === undefined
              ? undefined
              : { ...recordKeyAt(organizationId, page.after, shards), userKey };
          return readShard(
            db,
            { index: 'byUser', name: 'userKey', value: userKey },
            page,
            startKey,
          );
        }),
      );
      return mergedPage(pages, page.limit);
    },

    /**
     * What a UTC month (`2026-03`) bills of earlier months, posted in a time range, newest first, page
     * by page.
     */
    async *listBilledLater(
      organizationId: string,
      month: string,
      { fromMs, toMs, limit }: Pick<UsagePageRequest, 'fromMs' | 'toMs' | 'limit'>,
    ): AsyncGenerator<Posting[]> {
      const query = {
        table: tokenUsageTable.name,
        index: 'byBilledMonth',
        condition: 'billingKey = :month AND billingSk BETWEEN :from AND :to',
        values: {
          ':month': billingKeyOf(organizationId, month),
          ':from': iso(fromMs),
          ':to': iso(toMs),
        },
        descending: true,
        limit,
      };
      for await (const { items } of pagesOf((startKey) => db.query({ ...query, startKey }))) {
        yield items.map((item) => usageRecordCodec.decode(item));
      }
    },
  };
}

/** A page of one shard. */
async function readShard(
  db: DynamoDb,
  partition: Pick<Query, 'index'> & { name: string; value: string },
  request: UsagePageRequest,
  startKey: Query['startKey'],
): Promise<UsagePage> {
  const { fromMs, toMs, limit, filter = {}, consistent = false } = request;
  const conditions = Object.entries(filter).filter(([, value]) => value !== undefined);
  const { items, nextKey } = await db.query({
    table: tokenUsageTable.name,
    ...(partition.index === undefined ? {} : { index: partition.index }),
    condition: `${partition.name} = :partition AND sk BETWEEN :from AND :to`,
    ...(conditions.length === 0
      ? {}
      : {
          filter: conditions.map(([name]) => `#${name} = :${name}`).join(' AND '),
          names: Object.fromEntries(conditions.map(([name]) => [`#${name}`, name])),
        }),
    values: {
      ':partition': partition.value,
      ':from': iso(fromMs),
      // A sort key continues after the time and therefore sorts after the bare time, so `to` is
      // excluded.
      ':to': iso(toMs),
      ...Object.fromEntries(conditions.map(([name, value]) => [`:${name}`, value])),
    },
    descending: true,
    consistent,
    limit,
    startKey,
  });
  return {
    records: items.map((item) => usageRecordCodec.decode(item)),
    next: nextKey === undefined ? undefined : String(nextKey['sk']),
  };
}

/** The shards that any day of a range has. */
function shardsBetween(
  shards: UsageShards,
  { fromMs, toMs }: Pick<UsagePageRequest, 'fromMs' | 'toMs'>,
): number[] {
  let most = shards(dayOf(Math.max(fromMs, toMs - 1)));
  for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) most = Math.max(most, shards(dayOf(atMs)));
  return shardNumbers(most);
}

/**
 * The newest records of pages of several shards. Leaves out what is older than a place where one of
 * them stopped, because that shard may have newer ones.
 */
export function mergedPage(pages: readonly UsagePage[], limit: number): UsagePage {
  const [only] = pages;
  if (only && pages.length === 1) return only;
  const stops = pages.flatMap(({ next }) => next ?? []).toSorted();
  const stop = stops.at(-1);
  const records = pages
    .flatMap((page) => page.records)
    .map((record) => ({ record, position: positionOf(record) }))
    .toSorted((left, right) => (left.position > right.position ? -1 : 1));
  const reached = records.filter(({ position }) => stop === undefined || position >= stop);
  const page = reached.slice(0, limit);
  const next = reached.length > limit ? page.at(-1)?.position : stop;
  return { records: page.map(({ record }) => record), next };
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString();
