import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { formatUsd } from '../../domain/money.ts';
import {
  type CloseDeps,
  findReservation,
  voidReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireMayActFor } from '../edge/caller.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/void */
export const createHandler = (deps: Edge & CloseDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.voidReservation, async ({ params, caller, nowMs }) => {
      const reservationId = params.id;
      const reserved = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireMayActFor(caller, reserved);
      const voided = await voidReservation(deps, reserved, nowMs);
      return {
        status: 200,
        body: { reservationId, releasedUsd: formatUsd(voided.amountNanoUsd) },
      };
    }),
  ]);
