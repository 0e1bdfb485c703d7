import { PRICE_BASES } from '../domain/pricing/place-prices.ts';
import { DEVIATIONS } from '../domain/ledger/deviation.ts';
import { type Posting, POSTING_KINDS } from '../domain/ledger/posting.ts';
import { hourOf } from '../domain/reporting/aggregates.ts';
import { additionsOf } from '../domain/reporting/back-dating.ts';
import { BILLED_UNIT_NAMES } from '../domain/token-usage.ts';
import {
  list,
  money,
  number,
  numbers,
  optional,
  recordOf,
  text,
  words,
} from './codec/attributes.ts';
import { eachOf, fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, PutWrite } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import { secondsAfter } from './time-to-live.ts';
import { additionOf } from './token-analytics/additions.ts';

/**
 * What every request used and cost, one item per posting of the ledger. Access patterns: record
 * postings together with their aggregates, exactly once; an organization's records for one UTC
 * hour; one user's records for a time range. The posting alone determines the sort key, so a
 * repeated delivery finds its own item. Items expire after the caller's retention period.
 */
export const tokenUsageTable = defineTable({
  name: 'token-usage',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'byUser',
      partitionKey: { name: 'userKey', type: 'S' },
      sortKey: { name: 'sk', type: 'S' },
      projection: 'ALL',
    },
  ],
  timeToLiveAttribute: 'expiresAtS',
});

/** What one ledger posting says about a request. */
export const usageRecordCodec = itemCodec(tokenUsageTable, 'usage record', {
  postingId: text,
  kind: words(POSTING_KINDS),
  entryId: text,
  organizationId: text,
  keyId: optional(text),
  userId: text,
  departmentId: optional(text),
  system: text,
  given: optional(recordOf(text)),
  operation: optional(text),
  model: text,
  region: optional(text),
  sessionId: optional(text),
  tags: optional(recordOf(text)),
  countedTags: optional(list(text)),
  occurredAtMs: number,
  postedAtMs: number,
  bookedAtMs: optional(number),
  amountNanoUsd: money,
  disputedNanoUsd: optional(money),
  pricedNanoUsd: optional(money),
  reportedNanoUsd: optional(money),
  priceBasis: optional(words(PRICE_BASES)),
  unreadMembers: optional(list(text)),
  deviations: optional(list(words(DEVIATIONS))),
  requests: numbers([0, 1]),
  usage: fields({
    inputTokens: number,
    outputTokens: number,
    cacheReadTokens: number,
    cacheWriteTokens: number,
    cacheWriteOneHourTokens: optional(number),
    ...eachOf(BILLED_UNIT_NAMES, optional(number)),
  }),
  expectedCostNanoUsd: optional(money),
  reservedNanoUsd: optional(money),
  predictedInputTokens: optional(number),
  predictedOutputTokens: optional(number),
  maxOutputTokens: optional(number),
  predictorVersion: optional(text),
  promptShape: optional(number),
  latencyMs: optional(number),
  quality: optional(number),
});

/** DynamoDB's limit of items per transaction. */
export const MAX_TRANSACTION_ITEMS = 100;

/**
 * `refused`: nothing was written. `duplicates` are positions of postings that were already
 * recorded.
 */
export type RecordingResult =
  { kind: 'recorded' } | { kind: 'refused'; duplicates: Set<number>; conflict: boolean };

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

/** What determines where a posting is recorded. */
export type PostingPlace = Pick<Posting, 'organizationId' | 'occurredAtMs' | 'postingId'>;

export type TokenUsageStore = ReturnType<typeof createTokenUsageStore>;

export const createTokenUsageStore = (db: DynamoDb) => ({
  ...records(db),
  ...recordPages(db),
});

/** Records of postings. */
function records(db: DynamoDb) {
  return {
    /**
     * Records postings and adds them to their aggregates in one transaction, each posting at most
     * once, ever. Use `packPostings` to split postings into batches that fit.
     */
    async record(
      postings: readonly Posting[],
      retentionDays: number,
      nowMs: number,
    ): Promise<RecordingResult> {
      const result = await db.transact([
        ...postings.map((posting) => recordPut(posting, retentionDays)),
        ...additionsOf(postings).map((aggregate) => additionOf(aggregate, nowMs)),
      ]);
      if (result.ok) return { kind: 'recorded' };
      const duplicates = postings
        .keys()
        .filter((position) => result.reasons[position]?.kind === 'condition');
      return {
        kind: 'refused',
        duplicates: new Set(duplicates),
        conflict: result.reasons.some(({ kind }) => kind === 'conflict'),
      };
    },

    /**
     * Which of these postings are recorded. For maintenance only, because it reads consistently.
     */
    async listRecorded(postings: readonly PostingPlace[]): Promise<Posting[]> {
      const keys = postings.map((posting) => recordKey(posting));
      const usageRecords = await readMany(db, tokenUsageTable.name, keys, { consistent: true });
      return usageRecords.flatMap((item) => (item ? [usageRecordCodec.decode(item)] : []));
    },
  };
}

/** Records, page by page. */
function recordPages(db: DynamoDb) {
  async function readPage(
    partition: { index?: string; name: string; value: string },
    { fromMs, toMs, limit, after, filter = {}, consistent = false }: UsagePageRequest,
    keyOfPosition: (position: string) => Record<string, string>,
  ): Promise<UsagePage> {
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
      startKey: after === undefined ? undefined : keyOfPosition(after),
    });
    return {
      records: items.map((item) => usageRecordCodec.decode(item)),
      next: nextKey === undefined ? undefined : String(nextKey['sk']),
    };
  }

  return {
    /** An organization's records for one UTC hour (`2026-11-21T06`), newest first. */
    listByOrganizationHour(
      organizationId: string,
      hour: string,
      page: UsagePageRequest,
    ): Promise<UsagePage> {
      const pk = `${organizationId}#${hour}`;
      return readPage({ name: 'pk', value: pk }, page, (sk) => ({ pk, sk }));
    },

    /** A user's records for a time range, newest first. */
    listByUser(organizationId: string, userId: string, page: UsagePageRequest): Promise<UsagePage> {
      const userKey = `${organizationId}#${userId}`;
      return readPage({ index: 'byUser', name: 'userKey', value: userKey }, page, (sk) => ({
        pk: `${organizationId}#${sk.slice(0, 13)}`,
        sk,
        userKey,
      }));
    },
  };
}

/** A record's position in time order: a time and the posting's id. */
export const positionOf = ({ occurredAtMs, postingId }: Omit<PostingPlace, 'organizationId'>) =>
  `${iso(occurredAtMs)}#${postingId}`;

const recordKey = (place: PostingPlace) => ({
  pk: `${place.organizationId}#${hourOf(place.occurredAtMs)}`,
  sk: positionOf(place),
});

function recordPut(posting: Posting, retentionDays: number): PutWrite {
  return {
    kind: 'put',
    table: tokenUsageTable.name,
    item: {
      ...usageRecordCodec.encode(posting),
      ...recordKey(posting),
      userKey: `${posting.organizationId}#${posting.userId}`,
      expiresAtS: secondsAfter(posting.postedAtMs, retentionDays),
    },
    condition: 'attribute_not_exists(pk)',
  };
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString();
