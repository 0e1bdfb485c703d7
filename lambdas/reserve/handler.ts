import { reservationViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { loweredSeverity, type Severity, underCeiling } from '../../domain/severity.ts';
import { formatUsd } from '../../domain/money.ts';
import type { MemoryDeps } from '../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { refusalOf } from '../../services/reservations/refusals.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import type { SettleDeps } from '../../services/reservations/settle-reservation.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { settleEndpoint } from './settle.ts';

/** Reserves and settles in one process, so that most settlements need no read. */
export const createHandler = (deps: Edge & ReserveDeps & SettleDeps & MemoryDeps) =>
  createHttpHandler(deps, [reserveEndpoint(deps), settleEndpoint(deps)]);

/** POST /v1/reservations */
const reserveEndpoint = (deps: Edge & ReserveDeps) =>
  endpoint(routes.createReservation, async ({ body, caller, call, nowMs, idempotencyKey }) => {
    const request = underCeiling(body, caller.severityCeiling);
    const severity = loweredSeverity(request);
    const outcome = await createReservation(deps, call, request, idempotencyKey);
    if (outcome.kind !== 'reserved') {
      throw refusalOf(outcome, { nowMs, holdMs: deps.holdMs, severity });
    }
    return {
      status: 201,
      headers: {
        'x-purser-decision': outcome.decision,
        'x-purser-cost-usd': formatUsd(outcome.entry.amountNanoUsd),
        ...(outcome.isReplayed ? { 'x-purser-replayed': 'true' } : {}),
        location: `/v1/reservations/${outcome.entry.entryId}`,
        ...severityHeader(severity),
      },
      body: { ...reservationViewOf(outcome, nowMs), ...(severity ? { severity } : {}) },
    };
  });

const severityHeader = (severity: Severity | undefined): Record<string, string> =>
  severity ? { 'x-purser-severity': severity } : {};
