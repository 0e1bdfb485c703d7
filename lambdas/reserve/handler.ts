import { reservationViewOf } from '../../contracts/reservation-views.ts';
import { queuedJobOf } from '../../contracts/jobs.ts';
import { reservationRoutes as routes } from '../../contracts/reservations.ts';
import { loweredSeverity, type Severity, underCeiling } from '../../domain/severity.ts';
import { formatUsd } from '../../domain/money.ts';
import type { MemoryDeps } from '../../services/reservations/close-by-memory.ts';
import { workOfRequest } from '../../services/jobs/new-work.ts';
import { mayWait, queuedBefore, queueRefused } from '../../services/jobs/queue-refused.ts';
import type { SubmitDeps, Submitted } from '../../services/jobs/submit-job.ts';
import { type TemplateDeps, templatedRequest } from '../../services/prompts/use-template.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { refusalOf } from '../../services/reservations/refusals.ts';
import type { ReserveDeps } from '../../services/reservations/reservation-outcome.ts';
import type { SettleDeps } from '../../services/reservations/settle-reservation.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { settleEndpoint } from './settle.ts';

/** Without `waiting`, no request waits. */
type Deps = Edge & ReserveDeps & TemplateDeps & { waiting?: SubmitDeps };

/** Reserves and settles in one process, so that most settlements need no read. */
export const createHandler = (deps: Deps & SettleDeps & MemoryDeps) =>
  createHttpHandler(deps, [reserveEndpoint(deps), settleEndpoint(deps)]);

/** POST /v1/reservations */
const reserveEndpoint = (deps: Deps) =>
  endpoint(routes.createReservation, async ({ body, caller, call, nowMs, idempotencyKey }) => {
    const asked = await templatedRequest(deps, call, body);
    const request = underCeiling(asked, caller.severityCeiling);
    const severity = loweredSeverity(request);
    const { waiting } = deps;
    const sent =
      waiting && request.urgency === 'deferred'
        ? { ...workOfRequest(request), idempotencyKey, waiting }
        : undefined;
    const before = sent && (await queuedBefore(call, sent));
    if (before) return queuedAnswer(before);
    const outcome = await createReservation(deps, call, request, idempotencyKey);
    if (outcome.kind !== 'reserved') {
      if (sent && mayWait(outcome)) {
        return queuedAnswer(await queueRefused(call, sent));
      }
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

/** A request that waits: its caller asks for the job. */
const queuedAnswer = ({ job, place }: Submitted) => ({
  status: 202 as const,
  headers: { 'x-purser-decision': 'queue', location: `/v1/jobs/${job.jobId}` },
  body: queuedJobOf(job, place),
});

const severityHeader = (severity: Severity | undefined): Record<string, string> =>
  severity ? { 'x-purser-severity': severity } : {};
