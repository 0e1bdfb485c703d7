import { randomUUID } from 'node:crypto';
import type { Call } from '../../domain/access/caller.ts';
import { overrideAlertOf } from '../../domain/alerts/override-alert.ts';
import type { Override } from '../../domain/ledger/override.ts';
import { budgetIdOf } from '../../domain/ledger/budget.ts';
import {
  decided,
  type OverrideRequest,
  type Verdict,
  whyUndecidable,
} from '../../domain/ledger/override-request.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import {
  decisionWrite,
  type OverrideRequestStore,
  requestIdOf,
  requestWrites,
} from '../../tables/ledger/override-requests.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { conflict, notFound, ServiceError } from '../errors.ts';
import { addOverride, noMoney, requireEnd } from './adjust-budget.ts';
import { type ChangeDeps, noBudget } from './change-budget.ts';
import type { Target } from './replace-budget.ts';

export type OverrideRequestDeps = ChangeDeps & {
  requests: OverrideRequestStore;
  alerts: AlertPublisher;
};

/** Each one is an alert to people. */
const REQUESTS_PER_HOUR = 10;
const HOUR_MS = 3_600_000;

/**
 * Asks for a higher budget.
 * @throws ServiceError `invalid-request`, `not-found`, `conflict` if the budget does not limit money,
 *   or `too-many-requests` after ten in an hour
 */
export async function askForOverride(
  deps: OverrideRequestDeps,
  call: Call,
  target: Target,
  override: Override & Pick<OverrideRequest, 'spelling'>,
): Promise<OverrideRequest> {
  const { organizationId, actor, nowMs } = call;
  requireEnd(target, override.untilMs, nowMs);
  const request: OverrideRequest = {
    scope: target.scope,
    scopeId: target.scopeId,
    period: target.period,
    ...override,
    requestId: requestIdOf(nowMs, randomUUID()),
    state: 'pending',
    askedBy: actor,
    askedAtMs: nowMs,
  };
  await deps.audit.change(async () => {
    const [book] = await deps.budgets.readBooks(organizationId, [target]);
    const budget = book?.[target.period];
    if (!budget) throw noBudget(target);
    if (budget.limitNanoUsd === undefined) throw noMoney(target);
    const count = await deps.requests.countOfHour(organizationId, actor, nowMs);
    if (count >= REQUESTS_PER_HOUR) throw tooMany(nowMs);
    const entry = entryOf(call, request, 'override-request.ask');
    return { entries: [entry], writes: requestWrites(organizationId, request, count) };
  });
  await publishQuietly(deps, overrideAlertOf(organizationId, request, nowMs));
  return request;
}

/**
 * Approves or denies a request. An approval makes the override at once, in the same transaction.
 * @throws ServiceError `not-found`, `forbidden` to the one who asked, `conflict` if it was decided
 *   already or its end has passed
 */
export async function decideOverrideRequest(
  deps: OverrideRequestDeps,
  call: Call,
  target: Target,
  decision: { requestId: string; verdict: Verdict; reason?: string | undefined },
): Promise<OverrideRequest> {
  const { organizationId, actor, nowMs } = call;
  const { requestId, verdict, reason } = decision;
  let after: OverrideRequest | undefined;
  const decidable = async (): Promise<OverrideRequest> => {
    const request = await deps.requests.get(organizationId, target, requestId);
    if (!request) throw noRequest(requestId);
    requireDecidable(request, verdict, call);
    return request;
  };
  const change = async (adjustmentId?: string): Promise<AuditedChange> => {
    const request = await decidable();
    after = { ...decided(request, verdict, { actor, nowMs, reason }), adjustmentId };
    const action = verdict === 'approved' ? 'override-request.approve' : 'override-request.deny';
    const entry = entryOf(call, after, action);
    return { entries: [entry], writes: [decisionWrite(organizationId, after)] };
  };
  if (verdict === 'approved') {
    await addOverride(deps, call, target, {
      ...(await decidable()),
      also: ({ adjustmentId }) => change(adjustmentId),
    });
  } else {
    await deps.audit.change(() => change());
  }
  if (!after) throw noRequest(requestId);
  await publishQuietly(deps, overrideAlertOf(organizationId, after, nowMs));
  return after;
}

function requireDecidable(request: OverrideRequest, verdict: Verdict, call: Call): void {
  switch (whyUndecidable(request, verdict, call)) {
    case 'decided':
      throw conflict(`Request ${request.requestId} is ${request.state} already.`);
    case 'own':
      throw new ServiceError(
        { kind: 'forbidden' },
        'Nobody may decide about a request of their own. Ask another operator.',
      );
    case 'over':
      throw conflict('The time that the request asks for has passed. Deny it.');
    case undefined:
  }
}

const entryOf = (
  { organizationId, actor, nowMs }: Call,
  request: OverrideRequest,
  action: string,
) => ({
  organizationId,
  actor,
  action,
  target: `${budgetIdOf(request)}/override-requests/${request.requestId}`,
  after: {
    addUsd: formatUsd(request.addNanoUsd),
    until: request.untilMs === undefined ? undefined : new Date(request.untilMs).toISOString(),
    reason: request.reason,
    state: request.state,
    decisionReason: request.decisionReason,
    adjustmentId: request.adjustmentId,
  },
  atMs: nowMs,
});

const noRequest = (requestId: string) => notFound(`Override request ${requestId} was not found.`);

const tooMany = (nowMs: number) =>
  new ServiceError(
    { kind: 'too-many-requests' },
    `You have asked for ${REQUESTS_PER_HOUR} overrides in this hour. Wait for the next one.`,
    { retryAfterMs: HOUR_MS - (nowMs % HOUR_MS) },
  );
