import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { formatUsd, maxNanoUsd } from '../../domain/money.ts';
import {
  type CloseDeps,
  findReservation,
  noReservation,
  type PriceModel,
  settleReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations/{id}/settle */
export const createHandler = (deps: Edge & CloseDeps & { priceModel: PriceModel }) =>
  createHttpHandler(deps, [
    endpoint(routes.settleReservation, async ({ params, body, caller, nowMs }) => {
      const reservationId = params.id;
      const reserved = await findReservation(deps.ledger, caller.organizationId, reservationId);
      requireRecord(caller, reserved, noReservation);
      const { chargedNanoUsd, amountNanoUsd } = await settleReservation(
        deps,
        reserved,
        body,
        nowMs,
      );
      const settledUsd = formatUsd(chargedNanoUsd);
      return {
        status: 200,
        headers: { 'x-purser-cost-usd': settledUsd },
        body: {
          reservationId,
          settledUsd,
          releasedUsd: formatUsd(maxNanoUsd(0n, amountNanoUsd - chargedNanoUsd)),
          overrunUsd: formatUsd(maxNanoUsd(0n, chargedNanoUsd - amountNanoUsd)),
        },
      };
    }),
  ]);
