import { settlementViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { forbiddenField } from '../../services/errors.ts';
import {
  findReservation,
  noReservation,
  type SettleDeps,
  settleReservation,
} from '../../services/reservations/settle-reservation.ts';
import { readSettlement } from '../../services/reservations/read-settlement.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { COST_NOT_ALLOWED, requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/settle */
export const createHandler = (deps: Edge & SettleDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.settleReservation, async ({ params, body, caller, call, nowMs }) => {
      const reservationId = params.id;
      const reserved = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireRecord(caller, reserved, noReservation);
      requireMayStateCost(caller, body.actualCostUsd);
      const settlement = readSettlement(reserved, body);
      const mayStateCost = caller.mayStateCost !== false;
      const by = { nowMs, by: call, mayStateCost };
      const settled = await settleReservation(deps, reserved, settlement, by);
      const view = settlementViewOf(settled);
      return { status: 200, headers: { 'x-purser-cost-usd': view.settledUsd }, body: view };
    }),
  ]);

/** @throws ServiceError `forbidden` if the credentials may not state a request's cost */
function requireMayStateCost({ mayStateCost }: Caller, actualCostUsd: bigint | undefined): void {
  if (mayStateCost !== false || actualCostUsd === undefined) return;
  throw forbiddenField({ field: 'actualCostUsd', message: COST_NOT_ALLOWED });
}
