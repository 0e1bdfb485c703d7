import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';

type Deps = Parameters<typeof sweepReservations>[0] & { now: () => number };

/** Closes reservations whose caller never returned, every minute. */
export const createHandler = (deps: Deps) => async () => {
  const swept = await sweepReservations(deps, deps.now());
  deps.telemetry.info('RESERVATIONS_SWEPT', swept);
  return swept;
};
