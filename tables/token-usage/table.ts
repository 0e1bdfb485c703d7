import { DELIVERIES } from '../../domain/ledger/delivery.ts';
import { PRICE_BASES } from '../../domain/pricing/place-prices.ts';
import { DEVIATIONS } from '../../domain/ledger/deviation.ts';
import { type Posting, POSTING_KINDS } from '../../domain/ledger/posting.ts';
import { type UsageShards, usageShardOf } from '../../domain/reporting/usage-shards.ts';
import { BILLED_UNIT_NAMES } from '../../domain/token-usage.ts';
import {
  list,
  money,
  number,
  numbers,
  optional,
  recordOf,
  text,
  words,
} from '../codec/attributes.ts';
import { eachOf, fields } from '../codec/fields.ts';
import { answerRow, traitsRow } from '../codec/request-traits.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { defineTable } from '../definition.ts';
import { termsRow } from '../ledger/rate-items.ts';
import type { Item, PutWrite } from '../dynamodb.ts';
import { positionOf } from '../posting-position.ts';
import { secondsAfter } from '../time-to-live.ts';

/**
 * What every request used and cost, one item per posting of the ledger. Access patterns: record
 * postings with their sums, exactly once; an organization's records for one UTC hour; one user's
 * records for a time range, both split into shards if the day has several; an organization's
 * corrections of earlier months, by the month that bills them. Only those are in the second index, so
 * other records do not pay for it. The posting alone determines the key, so a repeated delivery finds
 * its own item. Items expire after the caller's retention period.
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
    {
      name: 'byBilledMonth',
      partitionKey: { name: 'billingKey', type: 'S' },
      sortKey: { name: 'billingSk', type: 'S' },
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
  traits: optional(traitsRow),
  countedTags: optional(list(text)),
  occurredAtMs: number,
  postedAtMs: number,
  bookedAtMs: optional(number),
  billedMonth: optional(text),
  amountNanoUsd: money,
  disputedNanoUsd: optional(money),
  presumedNanoUsd: optional(money),
  pricedNanoUsd: optional(money),
  reportedNanoUsd: optional(money),
  priceBasis: optional(words(PRICE_BASES)),
  terms: optional(termsRow),
  unreadMembers: optional(list(text)),
  savedNanoUsd: optional(money),
  lostCacheNanoUsd: optional(money),
  delivery: optional(words(DELIVERIES)),
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
  answer: optional(answerRow),
});

/** A partition of records: of an organization's hour, or of a user. */
export const shardText = (partition: string, shard: number): string =>
  shard === 0 ? partition : `${partition}#${shard}`;

/** The shard of the record at a position. */
const shardOfPosition = (position: string, shards: UsageShards): number =>
  usageShardOf(position.slice(position.indexOf('#') + 1), shards(position.slice(0, 10)));

/** The key of the record at a position. */
export const recordKeyAt = (organizationId: string, position: string, shards: UsageShards) => ({
  pk: shardText(`${organizationId}#${position.slice(0, 13)}`, shardOfPosition(position, shards)),
  sk: position,
});

/** The partition of what a month bills of earlier ones. */
export const billingKeyOf = (organizationId: string, month: string): string =>
  `${organizationId}#${month}`;

/** The attributes that list a record under the month that bills it, in order of posting. */
function billingIndexOf({ organizationId, billedMonth, postedAtMs, postingId }: Posting): Item {
  if (billedMonth === undefined) return {};
  return {
    billingKey: billingKeyOf(organizationId, billedMonth),
    billingSk: positionOf({ occurredAtMs: postedAtMs, postingId }),
  };
}

/** The write that stores a posting's record unless it is stored already. */
export function recordPut(posting: Posting, retentionDays: number, shards: UsageShards): PutWrite {
  const { organizationId, userId, postedAtMs } = posting;
  const position = positionOf(posting);
  return {
    kind: 'put',
    table: tokenUsageTable.name,
    item: {
      ...usageRecordCodec.encode(posting),
      ...recordKeyAt(organizationId, position, shards),
      userKey: shardText(`${organizationId}#${userId}`, shardOfPosition(position, shards)),
      ...billingIndexOf(posting),
      expiresAtS: secondsAfter(postedAtMs, retentionDays),
    },
    condition: 'attribute_not_exists(pk)',
  };
}
