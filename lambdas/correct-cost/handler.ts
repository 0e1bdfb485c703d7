import {
  type CorrectionBody,
  correctionRoutes as routes,
  type CorrectionView,
  viewCorrection,
} from '../../contracts/corrections.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import {
  correctCost,
  type CorrectDeps,
  findCharge,
} from '../../services/reservations/correct-cost.ts';
import { findReservation } from '../../services/reservations/settle-reservation.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { requireMayActFor } from '../edge/caller.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Corrections and refunds of what was settled, and of usage that was never reserved. */
export function createHandler(deps: Edge & CorrectDeps) {
  async function correct(
    found: Entry,
    caller: Caller,
    body: CorrectionBody,
    nowMs: number,
  ): Promise<CorrectionView> {
    requireMayActFor(caller, found);
    return viewCorrection(await correctCost(deps, found, caller.actor, body, nowMs));
  }

  return createHttpHandler(deps, [
    endpoint(routes.correctReservation, async ({ params, body, caller, nowMs }) => {
      const reservationId = params.id;
      const found = await findReservation(deps.ledger, caller.organizationId, reservationId);
      const correction = await correct(found, caller, body, nowMs);
      return { status: 200, body: { reservationId, ...correction } };
    }),

    endpoint(routes.correctUsage, async ({ params, body, caller, nowMs }) => {
      const { eventId } = params;
      const found = await findCharge(deps.ledger, caller.organizationId, eventId);
      const correction = await correct(found, caller, body, nowMs);
      return { status: 200, body: { eventId, ...correction } };
    }),
  ]);
}
