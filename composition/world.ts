import type { Telemetry } from '../contracts/telemetry.ts';
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
  /**
   * Waits before the next attempt, given the number of the last one (from 1). Default: full jitter.
   */
  pause?: ((attempt: number) => Promise<void>) | undefined;
  /** How long a reservation holds its money, in milliseconds. */
  holdMs: number;
};

/** Telemetry for commands, benchmarks and proofs, whose logs nobody reads. */
export const SILENT: Telemetry = { info() {}, warn() {}, error() {}, metric() {} };
