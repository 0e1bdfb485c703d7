import { randomBytes } from 'node:crypto';
import type { EntryStorage } from '../../tables/ledger/entry-storage.ts';
import type { World } from '../../composition/world.ts';
import { silentAlerts } from './silent-alerts.ts';
import { silentTelemetry } from './telemetry.ts';

export const HOLD_MS = 900_000;
/** Where tests store entries. */
export const ENTRY_STORAGE: EntryStorage = { retentionDays: 400, entryShards: [] };

/** A world that sends nothing and records logs and published alerts. */
export const testWorld = (now: () => number = Date.now) =>
  ({
    now,
    telemetry: silentTelemetry(),
    alerts: silentAlerts(),
    randomBytes,
    ...ENTRY_STORAGE,
    holdMs: HOLD_MS,
  }) satisfies World;
