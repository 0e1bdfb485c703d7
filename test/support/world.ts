import { randomBytes } from 'node:crypto';
import type { World } from '../../composition/world.ts';
import { silentAlerts } from './silent-alerts.ts';
import { silentTelemetry } from './telemetry.ts';

export const HOLD_MS = 900_000;

/** A world that sends nothing and records logs and published alerts. */
export const testWorld = (now: () => number = Date.now) =>
  ({
    now,
    telemetry: silentTelemetry(),
    alerts: silentAlerts(),
    randomBytes,
    retentionDays: 400,
    holdMs: HOLD_MS,
  }) satisfies World;
