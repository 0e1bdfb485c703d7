import type { Telemetry } from '../contracts/telemetry.ts';
import type { AlertPublisher } from '../services/alerts/alert-publisher.ts';

/**
 * Everything outside the store that services depend on. Each composition takes the part it needs, so
 * a function provides no more than its settings allow, and a test replaces any of it.
 */
export type World = {
  now: () => number;
  telemetry: Telemetry;
  randomBytes: (size: number) => Buffer;
  /** Takes alerts that people must receive. */
  alerts: AlertPublisher;
  /** How long the ledger and the usage records are kept, in days. */
  retentionDays: number;
  /** Waits before the attempt after this one, counted from 1; with full jitter by default. */
  pause?: ((attempt: number) => Promise<void>) | undefined;
  /** How long a reservation holds its money, in milliseconds. */
  holdMs: number;
};

/** Telemetry for commands, benchmarks and proofs: nobody reads what their services log. */
export const SILENT: Telemetry = { info() {}, warn() {}, error() {}, metric() {} };
