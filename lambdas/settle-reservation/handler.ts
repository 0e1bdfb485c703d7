import { settlementViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { ServiceError } from '../../services/errors.ts';
import {
  findReservation,
  noReservation,
  type SettleDeps,
  settleReservation,
} from '../../services/reservations/settle-reservation.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/settle */
export const createHandler = (deps: Edge & SettleDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.settleReservation, async ({ params, body, caller, call, nowMs }) => {
      const reservationId = params.id;
      const reserved = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireRecord(caller, reserved, noReservation);
      requireMayStateCost(caller, body.actualCostUsd);
      const settled = await settleReservation(deps, reserved, body, { nowMs, by: call });
      const view = settlementViewOf(settled);
      return { status: 200, headers: { 'x-purser-cost-usd': view.settledUsd }, body: view };
    }),
  ]);

/** @throws ServiceError `forbidden` if the credentials may not state a request's cost */
function requireMayStateCost({ mayStateCost }: Caller, actualCostUsd: bigint | undefined): void {
  if (mayStateCost !== false || actualCostUsd === undefined) return;
  const message = 'is not allowed for your credentials. Leave it out, and Purser prices the usage';
  throw new ServiceError({ kind: 'forbidden' }, `actualCostUsd: ${message}`, {
    fields: [{ field: 'actualCostUsd', message }],
  });
}
