import { viewCorrection } from '../../contracts/corrections.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { type Entry, expireEntry } from '../../domain/ledger/entry.ts';
import { formatUsd, maxNanoUsd } from '../../domain/money.ts';
import { DEFAULT_NAMING } from '../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../domain/naming/spelling.ts';
import { isHeld } from '../../services/reservations/close-in-wallet.ts';
import {
  close,
  type CloseDeps,
  findReservation,
  noReservation,
} from '../../services/reservations/settle-reservation.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** GET /v1/reservations/{id}; one past its expiry is closed before it is shown. */
export const createHandler = (deps: Edge & CloseDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.getReservation, async ({ params, caller, nowMs }) => {
      const { organizationId } = caller;
      const found = await findReservation(deps.ledger, organizationId, params.id);
      requireRecord(caller, found, noReservation);
      if (!(await isHeld(deps, found))) throw noReservation();
      const entry = await close(deps, found, (current) => expireEntry(current, nowMs));
      return {
        status: 200,
        body: spelledAs(DEFAULT_NAMING, spellingsOf(DEFAULT_NAMING, entry.given), viewOf(entry)),
      };
    }),
  ]);

function viewOf(entry: Entry) {
  const { amountNanoUsd, chargedNanoUsd, disputedNanoUsd } = entry;
  const closed = entry.state !== 'reserved';
  return {
    reservationId: entry.entryId,
    state: entry.state,
    system: entry.system,
    userId: entry.userId,
    departmentId: entry.departmentId,
    operation: entry.operation,
    model: entry.model,
    allocatedUsd: formatUsd(amountNanoUsd),
    settledUsd: formatUsd(chargedNanoUsd),
    releasedUsd: formatUsd(closed ? maxNanoUsd(0n, amountNanoUsd - chargedNanoUsd) : 0n),
    overrunUsd: formatUsd(maxNanoUsd(0n, chargedNanoUsd - amountNanoUsd)),
    disputedUsd: disputedNanoUsd === undefined ? undefined : formatUsd(disputedNanoUsd),
    deviations: entry.deviations,
    createdAt: new Date(entry.occurredAtMs).toISOString(),
    expiresAt: new Date(entry.expiresAtMs ?? entry.occurredAtMs).toISOString(),
    closedAt: entry.closedAtMs && new Date(entry.closedAtMs).toISOString(),
    usage: entry.usage,
    corrections: entry.corrections?.map(viewCorrection),
    budgets: entry.balances,
  };
}
