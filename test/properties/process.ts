import { reservationServices, settlementServices } from '../../composition/reservations.ts';
import { RETENTION_DAYS, stores } from '../../composition/stores.ts';
import { SILENT, type World } from '../../composition/world.ts';
import { createHash } from 'node:crypto';
import { createBudgetAdjuster } from '../../services/budgets/budget-adjuster.ts';
import { createStandingsReader } from '../../services/budgets/budget-standings.ts';
import { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createDueStore } from '../../tables/ledger/due-changes.ts';
import { createOverrideRequestStore } from '../../tables/ledger/override-requests.ts';
import { silentAlerts } from '../support/silent-alerts.ts';
import { withoutControls } from '../support/without-controls.ts';
import { noSuspense } from '../support/nothing-apart.ts';

export const HOLD_MS = 900_000;

export type Process = ReturnType<typeof createProcess>;

/** The real services with their own memory. IDs follow from the process and their order. */
export function createProcess(db: DynamoDb, now: () => number, name: string) {
  let ids = 0;
  const world: World = {
    now,
    telemetry: SILENT,
    alerts: silentAlerts(),
    retentionDays: RETENTION_DAYS,
    entryShards: [],
    holdMs: HOLD_MS,
    mostOpenRecords: 3,
    randomBytes: (size) =>
      createHash('sha256')
        .update(`${name} ${(ids += 1)}`)
        .digest()
        .subarray(0, size),
    pause: async () => {},
  };
  const reserving = reservationServices(db, world);
  const deps = {
    ...settlementServices(db, world),
    ...reserving,
    // Budgets are small, so memory decides although there is hardly room.
    standings: createStandingsReader({
      ...reserving,
      budgets: reserving.books,
      now,
      roomRequests: 1,
    }),
    ...withoutControls,
    audit: stores(db).audit,
    suspense: noSuspense,
    randomBytes: world.randomBytes,
  };
  const { budgets } = stores(db);
  const requests = createOverrideRequestStore(db);
  return {
    deps,
    budgets: createBudgetManager({ ...deps, budgets }),
    adjustments: createBudgetAdjuster({ ...deps, budgets, requests }),
    sweeping: { ...deps, budgets, due: createDueStore(db) },
  };
}
