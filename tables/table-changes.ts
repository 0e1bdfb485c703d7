import type { Item } from './dynamodb.ts';

/** One change of an item. `before` is absent for a new item, `after` for a deleted one. */
export type TableChange = { before: Item | undefined; after: Item | undefined };

/** How far each shard of a stream was read: a sequence number, or `SHARD_END`. */
export type StreamPositions = Readonly<Record<string, string>>;

/** The position of a shard that is closed and was read to its end. */
export const SHARD_END = 'end';

/** Reads a table's changes once each, within one run. */
export type ChangeReader = {
  /**
   * What changed since the last call, page by page, until nothing more is there. Changes of one
   * item come in order.
   */
  pages(): AsyncGenerator<TableChange[], void, undefined>;
  /** How far the pages that were taken reach. */
  positions(): StreamPositions;
};

/** A table's stream as a follower reads it that keeps its own positions. */
export type TableChanges = {
  /** @param positions where an earlier reader stopped; shards without one are read from their start */
  open(positions: StreamPositions): ChangeReader;
};
