import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';

const NOBODY = { organizationId: 'warm-up', userId: 'warm-up', system: 'warm-up' };
const REQUEST = { ...NOBODY, model: 'warm-up', inputTokens: 1, maxOutputTokens: 1 };
/** The first UUIDv7, which no reservation has. */
const NO_RESERVATION = '00000000-0000-7000-8000-000000000000';

/**
 * Runs what the first call of a fresh environment would run for the first time: connects to the
 * store, compiles the schemas and reads budgets. Writes nothing. Only an environment that starts
 * ahead of its calls does so; the others would start later by it. If the store does not answer, the
 * environment starts all the same.
 */
export async function warmUp(
  {
    ledger,
    standings,
    telemetry,
  }: Pick<ReserveDeps, 'ledger' | 'standings'> & {
    telemetry: Telemetry;
  },
  nowMs: number,
): Promise<void> {
  routes.createReservation.body?.safeParse(REQUEST);
  routes.settleReservation.body?.safeParse({ usage: { inputTokens: 1, outputTokens: 1 } });
  try {
    await ledger.getReservation(NO_RESERVATION);
    await standings.read(NOBODY.organizationId, scopesOf(REQUEST), nowMs, { decides: false });
  } catch (error) {
    telemetry.warn('NOT_WARMED_UP', { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
