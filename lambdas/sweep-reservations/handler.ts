import { type SweepBudgetsDeps, sweepBudgets } from '../../services/budgets/sweep-budgets.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';

type Deps = Parameters<typeof sweepReservations>[0] & SweepBudgetsDeps & { now: () => number };

/**
 * Runs every minute: closes reservations whose callers never came back, ends overrides and rolls over
 * what periods left.
 */
export const createHandler = (deps: Deps) => async () => {
  const swept = await sweepReservations(deps, deps.now());
  const { changed, failed } = await sweepBudgets(deps, deps.now());
  const outcome = { ...swept, budgetsChanged: changed, budgetsFailed: failed };
  deps.telemetry.info('RESERVATIONS_SWEPT', outcome);
  return outcome;
};
