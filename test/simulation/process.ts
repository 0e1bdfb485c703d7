import { reservationServices, settlementServices } from '../../composition/reservations.ts';
import { RETENTION_DAYS } from '../../composition/stores.ts';
import { SILENT, type World } from '../../composition/world.ts';
import {
  createStandingsReader,
  type StandingsReader,
} from '../../services/budgets/budget-standings.ts';
import { createFlagSet } from '../../domain/flags/flag-set.ts';
import type { ChargeDeps } from '../../services/reservations/charge-usage.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import { createBudgetAdjuster } from '../../services/budgets/budget-adjuster.ts';
import { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import type { SettleDeps } from '../../services/reservations/settle-reservation.ts';
import type { SweepDeps } from '../../services/reservations/sweep-reservations.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import { auditLogTable } from '../../tables/audit-log/items.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { createDueStore } from '../../tables/ledger/due-changes.ts';
import { createOverrideRequestStore } from '../../tables/ledger/override-requests.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { silentAlerts } from '../support/silent-alerts.ts';
import { createFaultyStore, type Weather } from './faulty-store.ts';
import type { InstantStore } from './memory-store.ts';
import type { Mutant } from './mutants.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { withoutControls } from '../support/without-controls.ts';
import { noSuspense } from '../support/nothing-apart.ts';

const FIRST_PAUSE_MS = 8;
/** So few that users often have several wallets. */
const MOST_OPEN_RECORDS = 3;

type Surroundings = {
  random: Random;
  scheduler: Scheduler;
  store: InstantStore;
  mutant: Mutant | undefined;
  weather: () => Weather;
};

export type Process = ReturnType<typeof createProcess>;

/** Budgets are small, so memory decides although there is hardly room. */
function standingsOf(
  reserving: ReturnType<typeof reservationServices>,
  now: () => number,
  mutant: Mutant | undefined,
): StandingsReader {
  const standings = createStandingsReader({
    ...reserving,
    budgets: reserving.books,
    now: () => mutant?.memoryClock?.(now()) ?? now(),
    roomRequests: 1,
    mostOpenRecords: MOST_OPEN_RECORDS,
  });
  return mutant?.standings?.(standings) ?? standings;
}

/** One running copy of the application: the real services, with their own clock and memory. */
export function createProcess(world: Surroundings, name: string, skewMs: number, holdMs: number) {
  const { scheduler, random, mutant } = world;
  const host = { name, alive: true };
  const now = (): number => Math.floor(scheduler.now() + skewMs);
  const faulty = createFaultyStore(world, host);
  const db = mutant?.store?.(faulty, { now, store: world.store }) ?? faulty;
  const pause = (attempt: number): Promise<void> =>
    scheduler.sleep(random.next() * FIRST_PAUSE_MS * 2 ** attempt);
  // One additional write per change, which is how recording affects the ledger. Its own steps have
  // separate tests.
  const audit = {
    async change<Change extends AuditedChange>(plan: () => Promise<Change>): Promise<Change> {
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const planned = await plan();
        const [entry] = planned.entries;
        if (!entry) return planned;
        // Without the random id of an override, so that every exploration writes the same keys.
        const [target] = entry.target.split('/overrides/');
        const item = { pk: entry.organizationId, sk: `${entry.atMs}#${target}` };
        const put = { kind: 'put', table: auditLogTable.name, item } as const;
        if ((await db.transact([put, ...planned.writes])).ok) return planned;
        await pause(attempt);
      }
      throw new StoreUnavailableError('too many at once');
    },
  };
  const surroundings: World = {
    now,
    telemetry: SILENT,
    alerts: silentAlerts(),
    retentionDays: RETENTION_DAYS,
    entryShards: [],
    holdMs,
    mostOpenRecords: MOST_OPEN_RECORDS,
    randomBytes: (size) => random.bytes(size),
    pause,
  };
  const reserving = reservationServices(db, surroundings);
  const deps: ReserveDeps & ChargeDeps & SettleDeps & SweepDeps = {
    ...settlementServices(db, surroundings),
    ...reserving,
    standings: standingsOf(reserving, now, mutant),
    openEntries: mutant?.openEntries?.(reserving.openEntries) ?? reserving.openEntries,
    ...withoutControls,
    // Production reads these from memory too; this tests only the ledger's own steps.
    flags: { current: () => Promise.resolve(createFlagSet(new Map())) },
    randomBytes: surroundings.randomBytes,
    suspense: noSuspense,
  };
  const budgets = createBudgetStore(db);
  return Object.assign(host, {
    now,
    deps,
    audit,
    db,
    budgets: createBudgetManager({ ...deps, budgets, audit }),
    adjustments: createBudgetAdjuster({
      ...deps,
      budgets,
      audit,
      requests: createOverrideRequestStore(db),
    }),
    sweeping: { ...deps, budgets, audit, due: createDueStore(db) },
    /** A mutant's sweepers may run ahead of time. */
    sweepNow: (): number => now() + (mutant?.sweepAheadMs ?? 0),
  });
}
