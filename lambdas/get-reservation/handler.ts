import { reservationStateViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { expireEntry } from '../../domain/ledger/entry.ts';
import { DEFAULT_NAMING } from '../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../domain/naming/spelling.ts';
import { isHeld } from '../../services/reservations/close-in-wallet.ts';
import {
  close,
  type CloseDeps,
  findReservation,
  noReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** GET /v1/reservations/{id}. Closes an expired reservation before showing it. */
export const createHandler = (deps: Edge & CloseDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.getReservation, async ({ params, caller, nowMs }) => {
      const { organizationId } = caller;
      const stored = await findReservation(deps.ledger, organizationId, params.id);
      requireRecord(caller, stored, noReservation);
      if (!(await isHeld(deps, stored))) throw noReservation();
      const entry = await close(deps, stored, (current) => expireEntry(current, nowMs));
      return {
        status: 200,
        body: spelledAs(
          DEFAULT_NAMING,
          spellingsOf(DEFAULT_NAMING, entry.given),
          reservationStateViewOf(entry),
        ),
      };
    }),
  ]);
