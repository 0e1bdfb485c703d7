import { ProblemError } from '../../contracts/problem.ts';
import { reservationViewOf } from '../../contracts/reservation-views.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { budgetViewOf } from '../../contracts/budgets.ts';
import { controlViewOf } from '../../contracts/controls.ts';
import { restrictionText, TIER_2_REQUESTS_PER_MINUTE } from '../../domain/controls/restriction.ts';
import { loweredSeverity, type Severity, underCeiling } from '../../domain/severity.ts';
import { formatUsd } from '../../domain/money.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import type {
  Barred,
  Rejected,
  ReserveDeps,
} from '../../services/reservations/reservation-outcome.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** POST /v1/reservations */
export const createHandler = (deps: Edge & ReserveDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.createReservation, async ({ body, caller, call, nowMs, idempotencyKey }) => {
      const request = underCeiling(body, caller.severityCeiling);
      const severity = loweredSeverity(request);
      const outcome = await createReservation(deps, call, request, idempotencyKey);
      const decision = outcome.kind === 'reserved' ? outcome.decision : 'reject';
      deps.telemetry.metric('ReservationsDecided', 1, { Decision: decision });
      if (outcome.kind === 'reject') throw withSeverity(rejection(outcome, nowMs), severity);
      if (outcome.kind === 'barred') throw withSeverity(barred(outcome, nowMs), severity);
      return {
        status: 201,
        headers: {
          'x-purser-decision': decision,
          'x-purser-cost-usd': formatUsd(outcome.entry.amountNanoUsd),
          ...(outcome.isReplayed ? { 'x-purser-replayed': 'true' } : {}),
          location: `/v1/reservations/${outcome.entry.entryId}`,
          ...severityHeader(severity),
        },
        body: { ...reservationViewOf(outcome, nowMs), ...(severity ? { severity } : {}) },
      };
    }),
  ]);

const severityHeader = (severity: Severity | undefined): Record<string, string> =>
  severity ? { 'x-purser-severity': severity } : {};

/** A refusal that says which severity counted, where a ceiling lowered it. */
const withSeverity = (problem: ProblemError, severity: Severity | undefined): ProblemError =>
  severity === undefined
    ? problem
    : new ProblemError(
        problem.type,
        `${problem.message} Your credentials lower severity to ${severity}.`,
        {
          extra: { ...problem.extra, severity },
          headers: { ...problem.headers, ...severityHeader(severity) },
        },
      );

function barred({ control, because }: Barred, nowMs: number): ProblemError {
  const { scope, scopeId, restriction, reason, expiresAtMs } = control;
  const what = restrictionText(restriction);
  const way =
    because === 'rate'
      ? `It allows ${TIER_2_REQUESTS_PER_MINUTE} requests a minute.`
      : expiresAtMs === undefined
        ? 'It lasts until a person reverses it.'
        : `It ends at ${new Date(expiresAtMs).toISOString()} at the latest.`;
  const waitS = 60 - Math.floor((nowMs % 60_000) / 1_000);
  return new ProblemError(
    because === 'rate' ? 'throttled' : 'control-in-force',
    `${scope} ${scopeId} is under "${what}" (${reason}). ${way}`,
    {
      extra: { decision: 'reject', code: 'control_in_force', control: controlViewOf(control) },
      headers: {
        'x-purser-decision': 'reject',
        'x-should-retry': because === 'rate' ? 'true' : 'false',
        ...(because === 'rate' ? { 'retry-after': String(waitS) } : {}),
      },
    },
  );
}

function rejection({ deciding, because, quoting }: Rejected, nowMs: number): ProblemError {
  const view = budgetViewOf(deciding, nowMs);
  const needed = quoting.quotes[0]?.upperBoundNanoUsd ?? 0n;
  const way =
    because === 'held'
      ? 'Money that other requests hold may be released.'
      : `It resets at ${view.resetsAt}.`;
  return new ProblemError(
    'budget-exceeded',
    `Budget ${view.budgetId} has ${view.availableUsd} USD left, and this request needs ${formatUsd(needed)}. ${way}`,
    {
      extra: {
        decision: 'reject',
        code: 'budget_exceeded',
        decidingBudgetId: view.budgetId,
        budget: view,
        neededUsd: formatUsd(needed),
        because,
        resetsAt: view.resetsAt,
      },
      headers: {
        'x-purser-decision': 'reject',
        'x-purser-cost-usd': formatUsd(needed),
        'x-should-retry': 'false',
      },
    },
  );
}
