import { settlementViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { forbiddenField } from '../../services/errors.ts';
import {
  noReservation,
  type SettleDeps,
  settleReservation,
} from '../../services/reservations/settle-reservation.ts';
import { closeByMemory, type MemoryDeps } from '../../services/reservations/close-by-memory.ts';
import { readSettlement } from '../../services/reservations/read-settlement.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { COST_NOT_ALLOWED, requireRecord } from '../edge/access.ts';
import { endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/settle */
export const settleEndpoint = (deps: SettleDeps & MemoryDeps) =>
  endpoint(routes.settleReservation, async ({ params, body, caller, call, nowMs }) => {
    const mayStateCost = caller.mayStateCost !== false;
    const target = { ...call, reservationId: params.id };
    const settled = await closeByMemory(deps, target, ({ entry, isRemembered }) => {
      requireRecord(caller, entry, noReservation);
      requireMayStateCost(caller, body.actualCostUsd);
      const settlement = readSettlement(entry, body);
      return settleReservation(deps, entry, settlement, {
        nowMs,
        by: call,
        mayStateCost,
        isRemembered,
      });
    });
    const view = settlementViewOf(settled);
    return { status: 200, headers: { 'x-purser-cost-usd': view.settledUsd }, body: view };
  });

/** @throws ServiceError `forbidden` if the credentials may not state a request's cost */
function requireMayStateCost({ mayStateCost }: Caller, actualCostUsd: bigint | undefined): void {
  if (mayStateCost !== false || actualCostUsd === undefined) return;
  throw forbiddenField({ field: 'actualCostUsd', message: COST_NOT_ALLOWED });
}
