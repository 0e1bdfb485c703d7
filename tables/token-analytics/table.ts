import { MEASURES } from '../../domain/reporting/measures.ts';
import { bytes, list, money, named, number, optional, orElse, text } from '../codec/attributes.ts';
import { eachOf, fields, row } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { defineTable } from '../definition.ts';
import { hoursOfDay } from './hours-of-day.ts';

/**
 * Sums of the ledger's postings per UTC day with its hours, one item for each value of a dimension.
 * Access patterns: all values of one dimension on one day; one value over many days; any sums by
 * key; the organizations active on one day; sums that changed lately, read with their day. A
 * partition is one organization's dimension on one day, or one shard of it. Its sort key starts
 * with the value, so neither time nor a busy value creates a partition that cannot be split. Totals
 * of all organizations share one partition per day.
 */
export const tokenAnalyticsTable = defineTable({
  name: 'token-analytics',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  stream: true,
  timeToLiveAttribute: 'expiresAtS',
});

/** A posting that the organization's sum includes, and the tags that it counts toward. */
const openPosting = row({ position: text, tags: optional(list(text)) });

/** What a write of a sum sets. */
const written = {
  keyId: optional(text),
  departmentId: optional(text),
  spelling: optional(text),
  hours: named('hrs', optional(hoursOfDay)),
  version: named('ver', orElse(number, 0)),
  /** Only in organizations' sums: included postings whose usage record may still be missing. */
  openPostings: named('open', optional(list(openPosting))),
  /** Only in other sums: short digests of those of them that the sum includes. */
  openDigests: named('opd', optional(bytes)),
};
export const writtenSum = fields(written);

/**
 * Sums of one value in one day. A write replaces `hours` on condition that `version` did not
 * change. Measures as attributes of their own come from older code, which stored the sums of a day
 * and of its hours as separate items, and from repairs. They add to those of `hours`.
 */
export const sumCodec = itemCodec(tokenAnalyticsTable, 'sum', {
  pk: text,
  sk: text,
  ...eachOf(MEASURES, orElse(money, 0n)),
  ...written,
});
export type StoredSum = ReturnType<typeof sumCodec.decode>;
export type OpenPosting = NonNullable<StoredSum['openPostings']>[number];
