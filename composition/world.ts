import type { Telemetry } from '../contracts/telemetry.ts';
import type { EntryShards } from '../domain/ledger/entry-shards.ts';
import type { EntryStorage } from '../tables/ledger/entry-storage.ts';
import type { AlertPublisher } from '../services/alerts/alert-publisher.ts';

/**
 * Everything outside the store that services depend on. Each composition takes only the part it
 * needs, so a function provides no more than its settings allow, and a test can replace any of it.
 */
export type World = {
  now: () => number;
  telemetry: Telemetry;
  randomBytes: (size: number) => Buffer;
  /** Publishes alerts for people. */
  alerts: AlertPublisher;
  /** Days that the ledger and the usage records are kept. */
  retentionDays: number;
  /** In how many partitions the reservations of a minute are. */
  entryShards: EntryShards;
  /**
   * Waits before the next attempt, given the number of the last one (from 1). Default: full jitter.
   */
  pause?: ((attempt: number) => Promise<void>) | undefined;
  /** How long a reservation holds its money, in milliseconds. */
  holdMs: number;
  /** A wallet with this many open reservations is crowded. Default: as many as fit in a write unit. */
  mostOpenRecords?: number | undefined;
};

/** For wallets whose changes write no entries. */
export const WITHOUT_ENTRIES: EntryStorage = { retentionDays: 0, entryShards: [] };

/** Telemetry for commands, benchmarks and proofs, whose logs nobody reads. */
export const SILENT: Telemetry = { info() {}, warn() {}, error() {}, metric() {} };
