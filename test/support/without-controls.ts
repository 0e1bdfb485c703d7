import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';

/** For proofs of the ledger alone, whose store holds no controls. */
export const withoutControls: Pick<ReserveDeps, 'controls'> = {
  controls: { inForce: async () => [], hasRoom: async () => true },
};
