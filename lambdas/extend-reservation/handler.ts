import { reservationStateViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { DEFAULT_NAMING } from '../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../domain/naming/spelling.ts';
import { extendReservation } from '../../services/reservations/extend-reservation.ts';
import {
  type CloseDeps,
  findReservation,
  noReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/extend */
export const createHandler = (deps: Edge & CloseDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.extendReservation, async ({ params, body, caller, nowMs }) => {
      const reserved = await findReservation(deps.ledger, caller.organizationId, params.id);
      requireRecord(caller, reserved, noReservation);
      const entry = await extendReservation(deps, reserved, body.holdSeconds, nowMs);
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
