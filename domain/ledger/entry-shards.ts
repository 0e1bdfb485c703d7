/**
 * Over how many partitions the reservations of one minute are spread, from an instant on, in order
 * of time. Before the first instant there are `FEWEST_ENTRY_SHARDS`.
 */
export type EntryShards = readonly { fromMs: number; shards: number }[];

/** How many partitions the reservations of one minute have at least. */
export const FEWEST_ENTRY_SHARDS = 8;
/** An ID's last byte selects the shard. */
export const MOST_ENTRY_SHARDS = 256;

/** A reservation puts its entry and updates it once. Each takes two units in a transaction. */
const UNITS_PER_RESERVATION = 4;

/**
 * A quarter of what a partition of DynamoDB takes, because several shards of a minute can meet in
 * one partition.
 */
const UNITS_PER_SECOND_AND_SHARD = 250;

/**
 * How many shards an environment needs in which `peakRequestsPerSecond` requests reserve money. A
 * power of two, so that the last byte of an ID fills all shards evenly.
 */
export function entryShardsFor(peakRequestsPerSecond: number): number {
  const least = (peakRequestsPerSecond * UNITS_PER_RESERVATION) / UNITS_PER_SECOND_AND_SHARD;
  const power = 2 ** Math.ceil(Math.log2(Math.max(least, FEWEST_ENTRY_SHARDS)));
  return Math.min(power, MOST_ENTRY_SHARDS);
}

/** How many shards the reservations of this time have. */
export const shardsAt = (spread: EntryShards, atMs: number): number =>
  spread.findLast(({ fromMs }) => fromMs <= atMs)?.shards ?? FEWEST_ENTRY_SHARDS;

/** How many shards any reservation can have. */
export const mostShards = (spread: EntryShards): number =>
  Math.max(FEWEST_ENTRY_SHARDS, ...spread.map(({ shards }) => shards));
