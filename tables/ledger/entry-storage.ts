import type { EntryShards } from '../../domain/ledger/entry-shards.ts';

/** How the entries of an environment are stored. */
export type EntryStorage = {
  /** Days that an entry is kept after its creation. */
  retentionDays: number;
  /** In how many partitions the reservations of a minute are. */
  entryShards: EntryShards;
};
