import type { Telemetry } from '../../contracts/telemetry.ts';
import { sweepReservations } from '../../services/sweep-reservations.ts';
import type { LedgerStore } from '../../tables/ledger.ts';

type Deps = { now: () => number; telemetry: Telemetry; ledger: LedgerStore; holdMs: number };

/** Scheduled every minute: closes reservations whose caller did not come back. */
export const createHandler = (deps: Deps) => async () => {
  const swept = await sweepReservations(deps, deps.now());
  deps.telemetry.info('RESERVATIONS_SWEPT', swept);
  return swept;
};
