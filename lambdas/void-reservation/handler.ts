import { releaseViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import {
  type CloseDeps,
  findReservation,
  noReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/void */
export const createHandler = (deps: Edge & CloseDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.voidReservation, async ({ params, caller, nowMs }) => {
      const reservationId = params.id;
      const reserved = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireRecord(caller, reserved, noReservation);
      const voided = await voidReservation(deps, reserved, nowMs);
      return { status: 200, body: releaseViewOf(voided) };
    }),
  ]);
