import { type EntryShards, shardsAt } from '../ledger/entry-shards.ts';
import { hashOf } from '../ledger/wallet-lane.ts';

/**
 * In how many parts a UTC day's usage records and sums are stored. The day alone decides, so that a
 * posting that is delivered again finds what its first delivery wrote.
 */
export type UsageShards = (day: string) => number;

export const ONE_SHARD: UsageShards = () => 1;

/** The numbers of this many shards. */
export const shardNumbers = (shards: number): number[] =>
  Array.from({ length: shards }, (_, shard) => shard);

/**
 * A shard takes what this many partitions of the ledger settle: at most a thousand postings per
 * second, as many records as one partition can store.
 */
const ENTRY_SHARDS_PER_SHARD = 16;

/** The shards that follow from those of entries. A change holds from the next UTC day on. */
export const usageShardsOn =
  (entryShards: EntryShards): UsageShards =>
  (day) =>
    Math.max(1, Math.floor(shardsAt(entryShards, Date.parse(day)) / ENTRY_SHARDS_PER_SHARD));

/** The end of a posting's id that its entry's id does not have. */
const VERSION = /\.\d+(\.returned)?$/;

/**
 * The shard that stores a posting. All postings of one entry share it. Reservations of one
 * partition of the ledger share it, too, because both take the last byte of the id, so a batch from
 * the ledger's stream touches few shards.
 */
export function usageShardOf(postingId: string, shards: number): number {
  if (shards === 1) return 0;
  const entryId = postingId.replace(VERSION, '');
  const byte = /[0-9a-f]{2}$/.exec(entryId);
  const digit = byte ? Number.parseInt(byte[0], 16) : hashOf(entryId);
  return digit % shards;
}
