import {
  type CorrectionBody,
  correctionRoutes as routes,
  type CorrectionView,
  correctionViewOf,
} from '../../contracts/corrections.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import {
  correctCost,
  type CorrectDeps,
  findCharge,
  noCharge,
} from '../../services/reservations/correct-cost.ts';
import { findReservation, noReservation } from '../../services/reservations/settle-reservation.ts';
import type { Call } from '../../domain/access/caller.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Corrects and refunds settled costs and usage that was never reserved. */
export function createHandler(deps: Edge & CorrectDeps) {
  async function correct(entry: Entry, call: Call, body: CorrectionBody): Promise<CorrectionView> {
    return correctionViewOf(await correctCost(deps, entry, call, body));
  }

  return createHttpHandler(deps, [
    endpoint(routes.correctReservation, async ({ params, body, caller, call }) => {
      const reservationId = params.id;
      const entry = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireRecord(caller, entry, noReservation);
      const correction = await correct(entry, call, body);
      return { status: 200, body: { reservationId, ...correction } };
    }),

    endpoint(routes.correctUsage, async ({ params, query, body, caller, call }) => {
      const { eventId } = params;
      const entry = await findCharge(deps.ledger, caller, eventId, query.system);
      requireRecord(caller, entry, noCharge);
      const correction = await correct(entry, call, body);
      return { status: 200, body: { eventId, system: entry.system, ...correction } };
    }),
  ]);
}
